/**
 * @file The world in a closed loop: the same people, with the same chances, for some weeks under a list of what is popular, under the whole
 * pipeline, and under the pipeline whose candidates the ranker orders, each through the HTTP interface of a platform of its own. What a pipeline is
 * worth is known then, not estimated; of all people, and of those of each state when the loop is closed.
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "#base";
import { ClosedLoop, type PersonDay, type SlateAsk, type SlateServer, worldPresets } from "#datasets";
import { defaultActions, defineConfig, surface } from "#declarations";
import { modelNamed } from "#models";
import { gini } from "#numeric";
import { type UserState, userStateOn } from "#profiles";
import type { Server } from "#serving";
import { Platform } from "../src/main/platform.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import type { Bench, BenchResult } from "./bench.ts";

interface Options extends Record<string, number> {
  readonly people: number;
  /** Before the loop is closed: the world's own policy shows, and the platform learns. */
  readonly daysBefore: number;
  readonly days: number;
  /** The models are fitted anew after so many days. */
  readonly fitEveryDays: number;
  readonly items: number;
  /** Lists that the ranker learns from; 0 leaves it out. */
  readonly rankerRequests: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title:
    "the world in a closed loop: what is popular against the whole pipeline, the same people with the same chances",
  defaults: {
    people: 600,
    daysBefore: 60,
    days: 14,
    fitEveryDays: 7,
    items: 2000,
    rankerRequests: 20_000,
    seed: 1,
  },
  tiny: { people: 30, daysBefore: 6, days: 1, fitEveryDays: 7, items: 200, rankerRequests: 50, seed: 1 },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

const slow = { timeoutMs: 10_000 };

const home = surface({
  sources: [
    { kind: "model", model: "personal", budget: 200, ...slow },
    { kind: "interests", budget: 100, ...slow },
    { kind: "neighbours", budget: 100, ...slow },
    { kind: "popular-now", budget: 50, ...slow },
    { kind: "fresh", budget: 50, ...slow },
    { kind: "model", model: "cold-start", budget: 50, ...slow },
  ],
  filters: { fatigue: { impressions: 3, hours: 72 } },
  scorer: { kind: "fusion", model: "personal" },
  diversity: { kind: "mmr", lambda: 0.8, likeness: "tags" },
  exploration: { places: [5, 9], share: 0.5, source: "fresh" },
});

const config = defineConfig({
  actions: defaultActions,
  surfaces: {
    home,
    ranked: { ...home, scorer: { kind: "ranker", model: "ranker" } },
    popular: surface({
      sources: [
        { kind: "popular-now", budget: 300, halfLifeHours: 72, ...slow },
        { kind: "model", model: "cold-start", budget: 300, ...slow },
      ],
      filters: { fatigue: { impressions: 3, hours: 72 } },
      scorer: { kind: "fusion" },
    }),
  },
});

type Arm = "popular" | "home" | "ranked";
/** One arm less another. */
const PAIRS = [
  ["home", "popular"],
  ["ranked", "popular"],
  ["ranked", "home"],
] as const;
type Days = ReadonlyMap<Arm, readonly PersonDay[]>;
type Say = (line: string) => void;

async function measure(options: Options, folder: string, say: Say): Promise<BenchResult> {
  const prepared = join(folder, "prepared");
  const states = await prepare(options, prepared, say);
  const arms: readonly Arm[] = [
    "popular",
    "home",
    ...(options.rankerRequests > 0 ? ["ranked" as const] : []),
  ];
  const days = new Map<Arm, readonly PersonDay[]>();
  for (const arm of arms) {
    const own = join(folder, arm);
    await cp(prepared, own, { recursive: true });
    days.set(arm, await playArm(arm, options, own, say));
  }
  const { itemCount } = loopOf(options);
  const metrics: Record<string, number> = {};
  const compared: Record<string, number> = {};
  for (const state of ["all", ...new Set(states.values())]) {
    const people = [...Array(options.people).keys()].filter(
      (person) => state === "all" || states.get(person) === state,
    );
    const label = state === "all" ? "" : ` ${state}`;
    metrics[`people${label}`] = people.length;
    for (const figure of compareArms(people, days, options)) {
      const { name, values, differences } = figure;
      for (const [arm, value] of values) metrics[`${name} ${arm}${label}`] = value;
      for (const { than, mean, from, to } of differences) {
        compared[`${name} ${than}${label}`] = mean;
        compared[`${name} ${than} from${label}`] = from;
        compared[`${name} ${than} to${label}`] = to;
      }
    }
    const isTheirs = new Set(people);
    for (const [arm, played] of days) {
      const shown = played.flatMap((day) => (isTheirs.has(day.person) ? day.shown : []));
      metrics[`coverage ${arm}${label}`] = new Set(shown).size / itemCount;
      metrics[`gini ${arm}${label}`] = giniOf(shown);
    }
  }
  return { metrics, compared };
}

function loopOf({ people, daysBefore, days, items, seed }: Options): ClosedLoop {
  const size = { peopleCount: people, days: daysBefore + days, itemsBefore: items };
  return new ClosedLoop({ ...worldPresets.living, ...size, seed });
}

/** Lives through the days before, and fits. Person -> state on the last of them. */
async function prepare(options: Options, folder: string, say: Say): Promise<ReadonlyMap<number, UserState>> {
  const loop = loopOf(options);
  const platform = await open(folder);
  await platform.ingestion.ingestItems(loop.items());
  const active = new Map<number, number[]>();
  for (let day = 0; day < options.daysBefore; day++) {
    const messages: object[] = [];
    const today = await loop.play(
      day,
      silent(async (sent) => void messages.push(...sent)),
    );
    for (const { person } of today) active.set(person, [...(active.get(person) ?? []), day]);
    for (let from = 0; from < messages.length; from += BATCH)
      await platform.ingestion.ingestMessages(messages.slice(from, from + BATCH));
  }
  say(`${options.daysBefore} days before: ${active.size} of ${options.people} people came`);
  await learn(platform, options.rankerRequests, say);
  await platform.close();
  const states = [...active].map(
    ([person, days]) => [person, userStateOn(days, options.daysBefore - 1)] as const,
  );
  return new Map(states.flatMap(([person, state]) => (state ? [[person, state] as const] : [])));
}

const BATCH = 2500;

async function playArm(arm: Arm, options: Options, folder: string, say: Say): Promise<PersonDay[]> {
  const loop = loopOf(options);
  for (let day = 0; day < options.daysBefore; day++)
    await loop.play(
      day,
      silent(async () => {}),
    );
  loop.close();
  const platform = await open(folder);
  let server = await platform.createServer({});
  const played: PersonDay[] = [];
  for (let day = 0; day < options.days; day++) {
    if (day > 0 && day % options.fitEveryDays === 0) {
      await server.close();
      await learn(platform, arm === "ranked" ? options.rankerRequests : 0, say);
      server = await platform.createServer({});
    }
    const today = await loop.play(options.daysBefore + day, served(server, arm));
    played.push(...today.map((own) => ({ ...own, day })));
    const total = (count: (own: PersonDay) => number): number =>
      today.reduce((sum, own) => sum + count(own), 0);
    say(
      `${arm} day ${day}: ${today.length} people, ${total((own) => own.sessions)} sessions, ${total((own) => own.saves)} saves`,
    );
  }
  await server.close();
  await platform.close();
  return played;
}

function open(folder: string): Promise<Platform> {
  return Platform.open({
    ...{ folder, config, isDurable: false, progress: () => {}, onNotice: () => {} },
    create: { dataset: null, clock: "historical", areTimesMadeUp: false, seed: 1, preset: null },
  });
}

async function learn(platform: Platform, rankerRequests: number, say: Say): Promise<void> {
  say("fitting");
  await platform.fit([{ name: "ease" }, { name: platform.coldStartModel }], { progress: () => {} });
  if (rankerRequests === 0) return;
  const { defaults } = modelNamed("ranker");
  const ranker = { name: "ranker", config: { ...defaults, maxRequests: rankerRequests } };
  await platform.models.serveBeside(await platform.fitBeside(ranker, { progress: () => {} }));
}

/** Before the loop is closed nobody asks. */
function silent(send: SlateServer["send"]): SlateServer {
  return { send, slate: () => Promise.reject(new Error("the loop is not closed yet")) };
}

interface Answer {
  readonly recommendationId: string;
  readonly items: readonly {
    readonly itemId: string;
    readonly source: string;
    readonly probability?: number;
  }[];
}

/** A list of an arm through the interface that everybody has, and the events back with its id. */
function served(server: Server, arm: Arm): SlateServer {
  const post = async (url: string, payload: object): Promise<Answer> => {
    const response = await server.inject({ method: "POST", url, payload });
    if (response.statusCode >= 300) throw new Error(response.payload);
    return response.json();
  };
  return {
    async slate(ask) {
      const asOf = new Date(ask.timeMs).toISOString();
      const asked = { userId: ask.userId, n: ask.n, surface: arm, asOf, ...aboutIn(arm, ask) };
      const { recommendationId, items } = await post("/v1/recommendations", asked);
      const source = broughtBy(ask);
      return {
        slateId: recommendationId,
        items: source ? items.map((item) => ({ ...item, source })) : items,
      };
    },
    async send(messages) {
      if (messages.length > 0) await post("/v1/batch", { batch: messages });
    },
  };
}

/** The pipeline is told what the list is about; popularity shows what is popular of the topic. */
function aboutIn(arm: Arm, { about }: SlateAsk): object {
  if (about.surface === "home") return {};
  if (arm !== "popular")
    return { condition: about.surface === "search" ? { topic: about.topic } : { itemId: about.itemId } };
  return about.surface === "search"
    ? { filters: { tags: { any: [about.topic] } } }
    : { excludeItemIds: [about.itemId] };
}

/** What the events of a list say that is about something, so that the ranker learns from it. */
function broughtBy({ about }: SlateAsk): string | undefined {
  if (about.surface === "home") return undefined;
  return about.surface === "search" ? `topic:${about.topic}` : `item:${about.itemId}`;
}

interface Figure {
  readonly name: string;
  readonly values: ReadonlyMap<Arm, number>;
  /** One arm less another, with its 95 % interval. */
  readonly differences: readonly {
    readonly than: string;
    readonly mean: number;
    readonly from: number;
    readonly to: number;
  }[];
}

const RESAMPLES = 1000;

/** Ratios of sums over people; intervals by drawing people (bootstrap), each with what they did in both arms. */
function compareArms(people: readonly number[], days: Days, options: Options): Figure[] {
  const byPerson = new Map([...days].map(([arm, played]) => [arm, daysOf(people, played)]));
  return Object.entries(measures(options)).map(([name, { of, per }]) => {
    const parts = new Map(
      [...byPerson].map(([arm, own]) => [arm, own.map((days) => [of(days), per(days)] as const)]),
    );
    const ratio = (arm: Arm, drawn: Iterable<number>): number => {
      let [above, below] = [0, 0];
      for (const at of drawn) {
        above += parts.get(arm)![at]![0];
        below += parts.get(arm)![at]![1];
      }
      return below === 0 ? 0 : above / below;
    };
    const all = [...people.keys()];
    const values = new Map([...days.keys()].map((arm) => [arm, ratio(arm, all)]));
    const differences = PAIRS.filter(([one]) => days.has(one)).map(([one, other]) => {
      const random = Random.of(options.seed, `resample/${name}`);
      const drawn = Array.from({ length: RESAMPLES }, () => {
        const sample = all.map(() => random.integer(all.length));
        return ratio(one, sample) - ratio(other, sample);
      }).sort((left, right) => left - right);
      const at = (share: number): number => drawn[Math.floor(share * (RESAMPLES - 1))] ?? 0;
      const mean = values.get(one)! - values.get(other)!;
      return { than: `${one} less ${other}`, mean, from: at(0.025), to: at(0.975) };
    });
    return { name, values, differences };
  });
}

/** Of each person, in their order, the days on which they came. */
function daysOf(people: readonly number[], played: readonly PersonDay[]): PersonDay[][] {
  const own = new Map(people.map((person) => [person, [] as PersonDay[]]));
  for (const day of played) own.get(day.person)?.push(day);
  return [...own.values()];
}

interface Measure {
  readonly of: (days: readonly PersonDay[]) => number;
  readonly per: (days: readonly PersonDay[]) => number;
}

function measures({ days }: Options): Readonly<Record<string, Measure>> {
  const total = (count: (day: PersonDay) => number) => (own: readonly PersonDay[]) =>
    own.reduce((sum, day) => sum + count(day), 0);
  const sessions = total((day) => day.sessions);
  const impressions = total((day) => day.impressions);
  const person = (): number => 1;
  const lastWeek = Math.max(0, days - 7);
  return {
    savesPerSession: { of: total((day) => day.saves), per: sessions },
    hidesPer1000: { of: total((day) => 1000 * day.hides), per: impressions },
    closeUpsPerSession: { of: total((day) => day.closeUps), per: sessions },
    affinity: { of: total((day) => day.affinity), per: impressions },
    topicsPerSlate: { of: total((day) => day.leaves), per: total((day) => day.slates) },
    sessionsPerPerson: { of: sessions, per: person },
    activeDays: { of: (own) => own.length, per: person },
    cameInLastWeek: { of: (own) => Number(own.some(({ day }) => day >= lastWeek)), per: person },
  };
}

/** Of the impressions, over the items that were shown at all: 0 for equal parts. */
function giniOf(shown: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const row of shown) counts.set(row, (counts.get(row) ?? 0) + 1);
  return gini(counts.values());
}
