import { checkName, fail, requireKnownKeys, requireObject } from "./config-fault.ts";
import { type SurfaceSource, sourceNameOf } from "./surface.ts";

/** @file Checks declared surfaces as if no compiler had. */

const SURFACE_NAME_LENGTH = 64;
const SOURCE_NAME_LENGTH = 64;
const MAX_BUDGET = 10_000;
const MAX_TIMEOUT_MS = 60_000;
/** The longest list there is. */
const MAX_PLACE = 499;

const SURFACE_KEYS = [
  "sources",
  "filters",
  "scorer",
  "diversity",
  "gains",
  "quotas",
  "rules",
  "exploration",
  "shadow",
];
const LIMIT_KEYS = ["kind", "name", "budget", "timeoutMs"];
const SOURCE_KEYS: Readonly<Record<string, readonly string[]>> = {
  model: ["model"],
  vector: ["of"],
  neighbours: ["newest"],
  interests: [],
  fresh: ["days"],
  "popular-now": ["halfLifeHours", "onThisSurface"],
};
const MODEL_NAME_LENGTH = 200;
const LIKENESSES = ["tags", "vectors"];

type Known = Readonly<Record<string, unknown>>;

/** @throws PlatformError `invalid-config` that names the value and the fix */
export function checkSurfaces(surfaces: unknown, attributes: object | undefined): void {
  if (Array.isArray(surfaces)) {
    checkNames(surfaces);
    return;
  }
  requireObject(
    "surfaces",
    surfaces,
    "give a list of names, or an object of name: surface({ sources: [...] })",
  );
  for (const [name, declared] of Object.entries(surfaces)) {
    checkName("surfaces: the name", name, SURFACE_NAME_LENGTH);
    if (name.endsWith(":shadow"))
      fail("surfaces: the name", name, "the shadow of a surface is called so; end it otherwise");
    checkSurface(`surfaces.${name}`, declared, attributes);
  }
}

function checkNames(surfaces: readonly unknown[]): void {
  for (const [position, name] of surfaces.entries()) {
    if (typeof name !== "string") fail(`surfaces[${position}]`, name, "give a name");
    checkName(`surfaces[${position}]`, name, SURFACE_NAME_LENGTH);
    if (surfaces.indexOf(name) !== position)
      fail(`surfaces[${position}]`, name, "it is there twice; leave one out");
  }
}

function checkSurface(place: string, declared: unknown, attributes: object | undefined): void {
  requireObject(place, declared, "declare it by surface({ sources: [...] })");
  requireKnownKeys(place, declared, SURFACE_KEYS);
  const { filters, scorer, diversity, gains, quotas, rules, exploration, shadow } = declared;
  const sources = checkSources(`${place}.sources`, declared["sources"]);
  if (filters !== undefined) checkFilters(`${place}.filters`, filters);
  if (scorer !== undefined) checkScorer(`${place}.scorer`, scorer);
  if (diversity !== undefined) checkDiversity(`${place}.diversity`, diversity);
  if (gains !== undefined) checkGains(`${place}.gains`, gains);
  if (quotas !== undefined) checkQuotas(`${place}.quotas`, quotas, sources);
  if (rules !== undefined) checkRules(`${place}.rules`, rules, attributes);
  if (exploration !== undefined) checkExploration(`${place}.exploration`, exploration, sources);
  if (shadow === undefined) return;
  requireObject(`${place}.shadow`, shadow, "give it stages of its own");
  const { share, ...stages } = shadow;
  if (share !== undefined) checkNumber(`${place}.shadow.share`, share, 0, 1);
  if (stages["shadow"] !== undefined)
    fail(`${place}.shadow.shadow`, "shadow", "a shadow has none; leave it out");
  checkSurface(`${place}.shadow`, stages, attributes);
}

/** The names of the sources. */
function checkSources(place: string, sources: unknown): readonly string[] {
  if (!Array.isArray(sources) || sources.length === 0)
    fail(place, sources, 'give at least one, such as { kind: "model", model: "personal" }');
  const names: string[] = [];
  for (const [position, source] of sources.entries()) {
    const at = `${place}[${position}]`;
    requireObject(at, source, 'give one such as { kind: "fresh", days: 7 }');
    const own = SOURCE_KEYS[String(source["kind"])];
    if (!own) fail(`${at}.kind`, source["kind"], `it is one of ${Object.keys(SOURCE_KEYS).join(", ")}`);
    requireKnownKeys(at, source, [...LIMIT_KEYS, ...own]);
    checkSourceValues(at, source);
    const name = sourceNameOf(source as unknown as SurfaceSource); // its kind, its model and its name have been checked
    if (names.includes(name)) fail(`${at}.name`, name, "another source has it; name one of them otherwise");
    names.push(name);
  }
  return names;
}

function checkSourceValues(at: string, source: Known): void {
  const { kind, model, name, budget, timeoutMs, newest, days, halfLifeHours, onThisSurface } = source;
  if (kind === "model") checkModel(`${at}.model`, model);
  if (kind === "vector") checkChoice(`${at}.of`, source["of"], ["now", "long"]);
  if (name !== undefined) {
    if (typeof name !== "string") fail(`${at}.name`, name, "give a name, or leave it out");
    checkName(`${at}.name`, name, SOURCE_NAME_LENGTH);
  }
  if (budget !== undefined) checkWhole(`${at}.budget`, budget, 1, MAX_BUDGET);
  if (timeoutMs !== undefined) checkWhole(`${at}.timeoutMs`, timeoutMs, 1, MAX_TIMEOUT_MS);
  if (newest !== undefined) checkWhole(`${at}.newest`, newest, 1, 100);
  if (days !== undefined) checkNumber(`${at}.days`, days, 1 / 24, 3650);
  if (halfLifeHours !== undefined) checkNumber(`${at}.halfLifeHours`, halfLifeHours, 0.1, 87_600);
  if (onThisSurface !== undefined && typeof onThisSurface !== "boolean")
    fail(`${at}.onThisSurface`, onThisSurface, "it is true or false");
}

function checkFilters(place: string, filters: unknown): void {
  requireObject(place, filters, "give { fatigue: { impressions: 3, hours: 24 } }, { tags: ... } or both");
  requireKnownKeys(place, filters, ["fatigue", "tags"]);
  const { fatigue, tags } = filters;
  if (fatigue !== undefined) {
    requireObject(`${place}.fatigue`, fatigue, "give { impressions: 3, hours: 24 }");
    requireKnownKeys(`${place}.fatigue`, fatigue, ["impressions", "hours"]);
    checkWhole(`${place}.fatigue.impressions`, fatigue["impressions"], 1, 1000);
    checkNumber(`${place}.fatigue.hours`, fatigue["hours"], 0.1, 87_600);
  }
  if (tags === undefined) return;
  requireObject(`${place}.tags`, tags, 'give { none: ["..."] }, any or all');
  requireKnownKeys(`${place}.tags`, tags, ["any", "all", "none"]);
  for (const [kind, list] of Object.entries(tags))
    if (!Array.isArray(list) || !list.every((tag) => typeof tag === "string"))
      fail(`${place}.tags.${kind}`, list, "give a list of tags");
}

function checkScorer(place: string, scorer: unknown): void {
  requireObject(place, scorer, 'give { kind: "model", model: "personal" } or { kind: "fusion" }');
  const isRanker = scorer["kind"] === "ranker";
  requireKnownKeys(place, scorer, ["kind", "model", ...(isRanker ? ["utility"] : [])]);
  checkChoice(`${place}.kind`, scorer["kind"], ["model", "ranker", "fusion"]);
  if (isRanker && scorer["utility"] !== undefined) checkUtility(`${place}.utility`, scorer["utility"]);
  if (scorer["kind"] !== "fusion" || scorer["model"] !== undefined)
    checkModel(`${place}.model`, scorer["model"]);
}

function checkUtility(place: string, utility: unknown): void {
  requireObject(place, utility, "give an object of action: how much it counts");
  for (const [action, weight] of Object.entries(utility))
    checkNumber(`${place}.${action}`, weight, -1000, 1000);
}

function checkDiversity(place: string, diversity: unknown): void {
  requireObject(place, diversity, 'give { kind: "mmr", lambda: 0.7, likeness: "tags" }');
  checkChoice(`${place}.kind`, diversity["kind"], ["mmr", "window"]);
  const isMmr = diversity["kind"] === "mmr";
  const own = isMmr ? ["lambda"] : ["size", "penalty", "alike"];
  requireKnownKeys(place, diversity, ["kind", "likeness", ...own]);
  checkChoice(`${place}.likeness`, diversity["likeness"], LIKENESSES);
  if (isMmr) checkNumber(`${place}.lambda`, diversity["lambda"], 0, 1);
  else {
    checkWhole(`${place}.size`, diversity["size"], 1, MAX_PLACE + 1);
    checkNumber(`${place}.penalty`, diversity["penalty"], 0, 1);
    checkNumber(`${place}.alike`, diversity["alike"], 0, 1);
  }
}

function checkGains(place: string, gains: unknown): void {
  requireObject(place, gains, "give { maturity: { growing: 1.2 } }, { freshness: ... } or both");
  requireKnownKeys(place, gains, ["maturity", "freshness"]);
  const { maturity, freshness } = gains;
  if (maturity !== undefined) {
    requireObject(`${place}.maturity`, maturity, "give { growing: 1.2, fading: 0.8 }");
    requireKnownKeys(`${place}.maturity`, maturity, ["new", "growing", "habit", "fading"]);
    for (const [stage, by] of Object.entries(maturity))
      checkNumber(`${place}.maturity.${stage}`, by, 0, 1000);
  }
  if (freshness === undefined) return;
  requireObject(`${place}.freshness`, freshness, "give { most: 0.3, halfLifeDays: 3 }");
  requireKnownKeys(`${place}.freshness`, freshness, ["most", "halfLifeDays"]);
  checkNumber(`${place}.freshness.most`, freshness["most"], 0, 1000);
  checkNumber(`${place}.freshness.halfLifeDays`, freshness["halfLifeDays"], 1 / 24, 3650);
}

function checkQuotas(place: string, quotas: unknown, sources: readonly string[]): void {
  requireObject(place, quotas, "give an object of source: { within: 10, atMost: 3 }");
  for (const [source, quota] of Object.entries(quotas)) {
    const at = `${place}.${source}`;
    checkChoice(`${place}: the source`, source, sources);
    requireObject(at, quota, "give { within: 10, atMost: 3 }, atLeast or both");
    requireKnownKeys(at, quota, ["within", "atLeast", "atMost"]);
    checkWhole(`${at}.within`, quota["within"], 1, MAX_PLACE + 1);
    const within = Number(quota["within"]);
    const { atLeast = 0, atMost = within } = quota;
    checkWhole(`${at}.atLeast`, atLeast, 0, within);
    checkWhole(`${at}.atMost`, atMost, Number(atLeast), within);
  }
}

function checkRules(place: string, rules: unknown, attributes: object | undefined): void {
  if (!Array.isArray(rules)) fail(place, rules, "give a list of rules");
  for (const [position, rule] of rules.entries()) {
    const at = `${place}[${position}]`;
    requireObject(at, rule, 'give one such as { kind: "boost", when: item.hasTag("..."), by: 2 }');
    checkChoice(`${at}.kind`, rule["kind"], ["pin", "bury", "boost"]);
    const own = rule["kind"] === "pin" ? ["place"] : rule["kind"] === "boost" ? ["by"] : [];
    requireKnownKeys(at, rule, ["kind", "when", ...own]);
    if (rule["kind"] === "pin") checkWhole(`${at}.place`, rule["place"], 0, MAX_PLACE);
    if (rule["kind"] === "boost") checkNumber(`${at}.by`, rule["by"], 0, 1000);
    checkPredicate(`${at}.when`, rule["when"], attributes);
  }
}

function checkPredicate(place: string, predicate: unknown, attributes: object | undefined): void {
  requireObject(place, predicate, "make it by itemsWhere(...)");
  const { kind, attribute, value, of } = predicate;
  switch (kind) {
    case "all":
    case "any":
      if (!Array.isArray(of)) fail(`${place}.of`, of, "give a list of predicates");
      for (const [position, inner] of of.entries())
        checkPredicate(`${place}.of[${position}]`, inner, attributes);
      return;
    case "not":
      checkPredicate(`${place}.of`, of, attributes);
      return;
    case "tag":
      if (typeof predicate["tag"] !== "string") fail(`${place}.tag`, predicate["tag"], "give a tag");
      return;
    case "is":
    case "at-least":
    case "at-most":
      if (typeof attribute !== "string")
        fail(`${place}.attribute`, attribute, "give the name of an attribute");
      if (attributes && !Object.hasOwn(attributes, attribute))
        fail(
          `${place}.attribute`,
          attribute,
          `itemAttributes declares ${Object.keys(attributes).join(", ")}`,
        );
      if (kind !== "is")
        checkNumber(`${place}.value`, value, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
      return;
    default:
      fail(`${place}.kind`, kind, "make it by itemsWhere(...)");
  }
}

function checkExploration(place: string, exploration: unknown, sources: readonly string[]): void {
  requireObject(place, exploration, 'give { places: [4], share: 0.5, source: "fresh" }');
  requireKnownKeys(place, exploration, ["places", "share", "source", "pool"]);
  const { places, share, source, pool } = exploration;
  if (!Array.isArray(places)) fail(`${place}.places`, places, "give a list of places, from 0");
  for (const [position, at] of places.entries()) checkWhole(`${place}.places[${position}]`, at, 0, MAX_PLACE);
  checkNumber(`${place}.share`, share, 0, 1);
  checkChoice(`${place}.source`, source, sources);
  if (pool !== undefined) checkWhole(`${place}.pool`, pool, 1, 1000);
}

function checkModel(place: string, model: unknown): void {
  if (typeof model !== "string")
    fail(place, model, 'give "personal", "cold-start" or the name of a model in service');
  checkName(place, model, MODEL_NAME_LENGTH);
}

function checkChoice(place: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) fail(place, value, `it is one of ${choices.join(", ")}`);
}

function checkNumber(place: string, value: unknown, least: number, most: number): void {
  if (!(typeof value === "number" && value >= least && value <= most))
    fail(place, value, `give a number from ${least} to ${most}`);
}

function checkWhole(place: string, value: unknown, least: number, most: number): void {
  if (!(Number.isInteger(value) && Number(value) >= least && Number(value) <= most))
    fail(place, value, `give a whole number from ${least} to ${most}`);
}
