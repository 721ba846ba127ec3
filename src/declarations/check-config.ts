import { TrackMessage } from "#api";
import { PlatformError } from "#base";
import { type ActionKind, actionKinds, type DeclaredAction } from "./action.ts";
import { checkSurfaces } from "./check-surfaces.ts";
import { checkName, fail, requireKnownKeys, requireObject } from "./config-fault.ts";
import { checkFeatures, type FeatureContext } from "./features/check-features.ts";
import { type Annotations, type Field, type Fields, type JsonSchema, sensitivities } from "./field.ts";
import { checkJourneyNaming } from "./journey-naming.ts";
import { type ConsentDefault, consentDefaults, MAX_PURPOSES, PERSONALIZATION } from "./purpose.ts";

/** @file Checks a config as if no compiler had: it may come from a `.mjs` file. The first fault is thrown. */

/** A name longer than this cannot arrive: the front door refuses it. */
const ACTION_NAME_LENGTH = 100;
const SOURCE_NAME_LENGTH = 64;
const FIELD_NAME_LENGTH = 100;
const PURPOSE_NAME_LENGTH = 100;
const GOAL_NAME_LENGTH = 64;
const MAX_GOAL_DAYS = 90;
const MAX_STRENGTH = 1000;
const MAX_RETENTION_DAYS = 36_500;
const MIN_RETENTION_BYTES = 1024 * 1024;

const CONFIG_KEYS = [
  "actions",
  "surfaces",
  "itemAttributes",
  "traits",
  "sources",
  "purposes",
  "goals",
  "retention",
  "features",
  "featureServices",
  "labels",
  "vectors",
  "models",
  "topics",
  "journeyNaming",
  "mode",
];
const ACTION_KEYS = ["kind", "strength", "verb", "maxRows", "properties"];
const SOURCE_KEYS = ["writeKey", "owner", "description"];
const GOAL_KEYS = ["action", "withinDays", "owner", "description"];
const PURPOSE_KEYS = ["default", "owner", "description"];
/** Variables that hold the platform's own keys. */
const TAKEN_VARIABLES = ["INKLING_WRITE_KEY", "INKLING_API_KEY"];
/** Types of messages that are no actions; they are counted by these names. */
const MESSAGE_TYPES = ["identify", "page", "screen", "group", "alias"];
/** What a sequence keeps in all. */
const MAX_ROWS = 16_384;
const ANNOTATION_KEYS = ["description", "owner", "retentionDays", "sensitivity"];
/** A year. */
const MAX_REFRESH_HOURS = 8784;
const platformProperties = Object.keys(TrackMessage.properties.properties.properties);

/** @throws PlatformError `invalid-config` that names the value and the fix */
export function checkConfig(config: unknown): void {
  requireObject("the config", config, "export default defineConfig({ actions: { ... } })");
  requireKnownKeys("the config", config, CONFIG_KEYS);
  const { actions, surfaces, itemAttributes, traits, sources, purposes, goals } = config;
  const { retention, vectors, models, topics, journeyNaming, mode } = config;
  requireObject("actions", actions, "give an object of name: action({ ... }), or defaultActions");
  for (const [name, declared] of Object.entries(actions)) {
    checkName(`actions: the name`, name, ACTION_NAME_LENGTH);
    checkAction(`actions.${name}`, declared);
    if (declared.maxRows !== undefined && MESSAGE_TYPES.includes(name))
      fail(
        `actions.${name}.maxRows`,
        declared.maxRows,
        "messages of that type are counted with it; name it otherwise",
      );
  }
  if (itemAttributes !== undefined) checkFields("itemAttributes", itemAttributes);
  if (surfaces !== undefined) checkSurfaces(surfaces, itemAttributes);
  if (traits !== undefined) checkFields("traits", traits);
  if (sources !== undefined) checkSources(sources);
  if (purposes !== undefined) checkPurposes(purposes);
  if (goals !== undefined) checkGoals(goals, Object.keys(actions));
  if (retention !== undefined) checkRetention(retention);
  if (vectors !== undefined) checkHours("vectors", vectors, "refreshHours");
  if (models !== undefined) checkHours("models", models, "refitHours");
  if (topics !== undefined) checkTopics(topics);
  if (journeyNaming !== undefined) checkJourneyNaming(journeyNaming);
  if (mode !== undefined && mode !== "strict" && mode !== "lenient")
    fail("mode", mode, 'it is "strict" or "lenient"');
  checkFeatures(config as unknown as FeatureContext); // the parts it reads are checked above
}

function checkAction(place: string, declared: unknown): asserts declared is DeclaredAction {
  requireObject(place, declared, 'declare it by action({ kind: "positive", strength: 1, verb: "viewed" })');
  requireKnownKeys(place, declared, [...ACTION_KEYS, ...ANNOTATION_KEYS]);
  const { kind, strength, verb, maxRows, properties } = declared;
  if (!actionKinds.includes(kind as ActionKind))
    fail(`${place}.kind`, kind, `it is one of ${actionKinds.join(", ")}`);
  if (typeof strength !== "number" || !Number.isFinite(strength) || strength < 0 || strength > MAX_STRENGTH)
    fail(`${place}.strength`, strength, `it is a number from 0 to ${MAX_STRENGTH}`);
  if (kind === "positive" && strength === 0)
    fail(
      `${place}.strength`,
      strength,
      'a positive action has one above 0; use kind "neutral" if it shows nothing',
    );
  if (kind !== "positive" && strength !== 0)
    fail(
      `${place}.strength`,
      strength,
      `only a positive action has one, this is ${String(kind)}; leave it out`,
    );
  if (typeof verb !== "string" || verb.trim() === "")
    fail(`${place}.verb`, verb, 'give the past tense of "Because you ... it", such as "saved"');
  if (
    maxRows !== undefined &&
    !(Number.isInteger(maxRows) && Number(maxRows) >= 1 && Number(maxRows) <= MAX_ROWS)
  )
    fail(
      `${place}.maxRows`,
      maxRows,
      `it is a whole number from 1 to ${MAX_ROWS}, which is what is kept without it`,
    );
  checkAnnotations(place, declared);
  checkFields(`${place}.properties`, properties);
  for (const name of Object.keys(properties)) {
    if (platformProperties.includes(name))
      fail(
        `${place}.properties`,
        name,
        "every engagement may carry it already; leave it out or name it otherwise",
      );
  }
}

function checkPurposes(purposes: unknown): void {
  requireObject("purposes", purposes, "give an object of name: purpose({ ... }), or defaultPurposes");
  const names = Object.keys(purposes);
  if (!names.includes(PERSONALIZATION))
    fail("purposes", names, `${PERSONALIZATION} is missing, which recommendations ask for; declare it`);
  if (names.length > MAX_PURPOSES)
    fail("purposes: how many", names.length, `at most ${MAX_PURPOSES} can be told apart; leave some out`);
  for (const [name, declared] of Object.entries(purposes)) {
    const place = `purposes.${name}`;
    checkName("purposes: the name", name, PURPOSE_NAME_LENGTH);
    requireObject(place, declared, 'declare it by purpose({ default: "granted" })');
    requireKnownKeys(place, declared, PURPOSE_KEYS);
    if (!consentDefaults.includes(declared["default"] as ConsentDefault))
      fail(`${place}.default`, declared["default"], `it is one of ${consentDefaults.join(", ")}`);
    checkAnnotations(place, declared);
  }
}

function checkGoals(goals: unknown, actions: readonly string[]): void {
  requireObject("goals", goals, 'give an object of name: goal({ action: "purchase", withinDays: 7 })');
  for (const [name, declared] of Object.entries(goals)) {
    const place = `goals.${name}`;
    checkName("goals: the name", name, GOAL_NAME_LENGTH);
    requireObject(place, declared, 'declare it by goal({ action: "purchase", withinDays: 7 })');
    requireKnownKeys(place, declared, GOAL_KEYS);
    const { action, withinDays } = declared;
    if (typeof action !== "string" || !actions.includes(action))
      fail(`${place}.action`, action, `it is one of the declared actions: ${actions.join(", ")}`);
    if (!(Number.isInteger(withinDays) && Number(withinDays) >= 1 && Number(withinDays) <= MAX_GOAL_DAYS))
      fail(`${place}.withinDays`, withinDays, `give whole days from 1 to ${MAX_GOAL_DAYS}`);
    checkAnnotations(place, declared);
  }
}

/** @throws PlatformError `invalid-config` that names the value and the fix */
export function checkRetention(retention: unknown): void {
  requireObject("retention", retention, "give { days: 90 }, { bytes: 1e10 } or both");
  requireKnownKeys("retention", retention, ["days", "bytes"]);
  const { days, bytes } = retention;
  if (days !== undefined && !(typeof days === "number" && days > 0 && days <= MAX_RETENTION_DAYS))
    fail("retention.days", days, `give days above 0, at most ${MAX_RETENTION_DAYS}, or leave it out`);
  if (bytes !== undefined && !(Number.isInteger(bytes) && Number(bytes) >= MIN_RETENTION_BYTES))
    fail("retention.bytes", bytes, `give whole bytes from ${MIN_RETENTION_BYTES}, or leave it out`);
}

/** Something that is made anew every so many hours. */
function checkHours(place: string, given: unknown, key: string): void {
  requireObject(place, given, `give { ${key}: 24 }`);
  requireKnownKeys(place, given, [key]);
  const hours = given[key];
  if (!(typeof hours === "number" && hours > 0 && hours <= MAX_REFRESH_HOURS))
    fail(`${place}.${key}`, hours, `give hours above 0, at most ${MAX_REFRESH_HOURS}`);
}

function checkTopics(topics: unknown): void {
  requireObject("topics", topics, 'give { sensitive: ["..."], allowed: ["..."], parents: { low: "high" } }');
  requireKnownKeys("topics", topics, ["sensitive", "allowed", "parents"]);
  const { parents, ...lists } = topics;
  for (const [key, tags] of Object.entries(lists))
    if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== "string"))
      fail(`topics.${key}`, tags, "give a list of tags");
  if (parents !== undefined) checkParents(parents);
}

/** A tree: each names one above it, and no way up comes round. */
function checkParents(parents: unknown): void {
  requireObject("topics.parents", parents, "give an object of topic: the one above it");
  for (const [topic, parent] of Object.entries(parents)) {
    if (typeof parent !== "string" || parent === "")
      fail(`topics.parents.${topic}`, parent, "give the name of the topic above it");
    const path = new Set([topic]);
    for (let up: unknown = parent; typeof up === "string"; up = parents[up]) {
      if (path.has(up)) fail(`topics.parents.${topic}`, parent, `the way up comes back to "${up}"`);
      path.add(up);
    }
  }
}

function checkSources(sources: unknown): void {
  requireObject("sources", sources, 'give an object of name: source({ writeKey: env("...") })');
  const takenBy = new Map<string, string>();
  for (const [name, declared] of Object.entries(sources)) {
    const place = `sources.${name}`;
    checkName("sources: the name", name, SOURCE_NAME_LENGTH);
    requireObject(place, declared, 'declare it by source({ writeKey: env("...") })');
    requireKnownKeys(place, declared, SOURCE_KEYS);
    checkAnnotations(place, declared);
    const variable = checkVariable(`${place}.writeKey`, declared["writeKey"]);
    const other = takenBy.get(variable);
    if (other !== undefined)
      fail(`${place}.writeKey`, variable, `${other} has it; each source has its own key`);
    takenBy.set(variable, name);
  }
}

/** The variable's name. What stands in its place may be a secret, so it is not shown. */
function checkVariable(place: string, writeKey: unknown): string {
  const variable =
    typeof writeKey === "object" && writeKey !== null && "variable" in writeKey
      ? writeKey.variable
      : undefined;
  if (typeof variable !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable))
    throw new PlatformError(
      "invalid-config",
      `${place} is not the name of an environment variable: write env("INKLING_WRITE_KEY_WEB"), and set that to the key`,
    );
  if (TAKEN_VARIABLES.includes(variable))
    fail(place, variable, "the platform reads its own key from it; name another");
  return variable;
}

function checkFields(place: string, fields: unknown): asserts fields is Fields {
  requireObject(place, fields, "give an object of name: text(), number() ...");
  for (const [name, field] of Object.entries(fields)) {
    checkName(`${place}: the name`, name, FIELD_NAME_LENGTH);
    requireObject(`${place}.${name}`, field, "declare it by text(), number(), oneOf(...) ...");
    if (
      typeof field["schema"] !== "object" ||
      field["schema"] === null ||
      typeof field["optional"] !== "function"
    )
      fail(`${place}.${name}`, field, "declare it by text(), number(), oneOf(...) ...");
    checkField(`${place}.${name}`, field as unknown as Field); // its two distinguishing parts are there
  }
}

function checkField(place: string, { schema, annotations }: Field): void {
  checkSchema(place, schema);
  checkAnnotations(place, annotations);
}

/** With the schemas of a list's elements and of a nullable field. */
function checkSchema(place: string, schema: JsonSchema): void {
  for (const [least, most] of [
    ["minimum", "maximum"],
    ["minLength", "maxLength"],
    ["minItems", "maxItems"],
  ] as const) {
    for (const limit of [least, most]) checkLimit(`${place}: ${limit}`, limit, schema[limit]);
    if (
      Number(schema[least] ?? 0) > Number(schema[most] ?? Number.POSITIVE_INFINITY) &&
      schema[least] !== undefined
    )
      fail(`${place}: ${least}`, schema[least], `it is above ${most} ${String(schema[most])}; swap them`);
  }
  const choices = schema["enum"];
  if (Array.isArray(choices)) checkChoices(place, choices);
  const { items, anyOf = [] } = schema as { items?: JsonSchema; anyOf?: readonly JsonSchema[] }; // as the builders make them
  for (const inner of items ? [items, ...anyOf] : anyOf) checkSchema(place, inner);
}

function checkLimit(place: string, keyword: string, limit: unknown): void {
  if (limit === undefined) return;
  const isCount = keyword !== "minimum" && keyword !== "maximum";
  if (typeof limit !== "number" || !Number.isFinite(limit)) fail(place, limit, "give a number");
  if (isCount && (!Number.isInteger(limit) || limit < 0)) fail(place, limit, "give a whole number from 0");
}

function checkChoices(place: string, choices: readonly unknown[]): void {
  if (choices.length === 0) fail(place, choices, 'oneOf needs a value, such as oneOf("free", "paid")');
  for (const [position, choice] of choices.entries()) {
    const isPlain = typeof choice === "string" || (typeof choice === "number" && Number.isFinite(choice));
    if (!isPlain) fail(place, choice, "oneOf takes texts and numbers");
    if (choices.indexOf(choice) !== position) fail(place, choice, "oneOf has it twice; leave one out");
  }
}

function checkAnnotations(place: string, annotations: Annotations): void {
  const { description, owner, retentionDays, sensitivity } = annotations;
  for (const [name, text] of Object.entries({ description, owner })) {
    if (text !== undefined && (typeof text !== "string" || text.trim() === ""))
      fail(`${place}.${name}`, text, "give a text, or leave it out");
  }
  if (retentionDays !== undefined && (!Number.isInteger(retentionDays) || retentionDays < 1))
    fail(`${place}.retentionDays`, retentionDays, "give whole days from 1, or leave it out to keep it");
  if (sensitivity !== undefined && !sensitivities.includes(sensitivity))
    fail(`${place}.sensitivity`, sensitivity, `it is one of ${sensitivities.join(", ")}`);
}
