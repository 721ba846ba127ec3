/**
 * @file Whether what is said of people is true: the world knows. Interests are compared with those planted, beside k-means with five
 * clusters, the decayed average and the last item; stages of interests with the stages they are in. People with an odd index are
 * for choosing settings (`--validation`), those with an even one for the figures.
 */
import { DAY_MS, type ItemRow, Random } from "#base";
import { type World, worldPresets } from "#datasets";
import { adjustedMutualInformation, f1 } from "#evaluation";
import { InterestLife, type InterestLifeRates, interestStages, kMeans } from "#models";
import { dot, unitOf } from "#numeric";
import {
  clusterEngagements,
  distinctItems,
  type Engagement,
  type Interest,
  interestClusters,
  interestsOf,
  nameOf,
  transitionLedger,
  userStateOn,
} from "#profiles";
import type { Bench, BenchResult } from "./bench.ts";
import { type SimulatedPeople, simulatePeople } from "./simulated-people.ts";

interface Options extends Record<string, number | boolean> {
  readonly people: number;
  readonly days: number;
  readonly seed: number;
  readonly validation: boolean;
}

export const bench: Bench<Options> = {
  title: "interests and their stages against the truth of the world",
  defaults: { people: 10_000, days: 90, seed: 20260101, validation: false },
  tiny: { people: 40, days: 20, seed: 20260101, validation: false },
  run: measure,
};

/** People with fewer engagements show too little to be told apart from chance. */
const LEAST_ENGAGEMENTS = 20;
/** An interest that the person hardly acted on is not there to be seen. */
const EXPRESSED = 3;
const ROWS = 500;
const STAGES = ["new", "growing", "habit", "fading", "gone"] as const;

async function measure(options: Options, say: (line: string) => void): Promise<BenchResult> {
  const simulated = await simulatePeople(options, say);
  const scores = new Map<string, number[]>();
  const add = (name: string, value: number): void => {
    const values = scores.get(name);
    if (values) values.push(value);
    else scores.set(name, [value]);
  };
  const confusion = new Map<string, number>();
  const best = new BestStages(simulated.world);
  for (let person = options.validation ? 1 : 0; person < options.people; person += 2) {
    const all = simulated.engagements[person]!;
    if (all.length < LEAST_ENGAGEMENTS) continue;
    const engagements = all.slice(-ROWS);
    const clusters = await clusterEngagements(engagements, simulated.space, interestClusters);
    const interests = interestsOf(clusters, engagements, simulated.world.endMs, simulated);
    const truth = truthOf(simulated, person, engagements);
    score("interests", labelsOf(interests), interests, truth, add);
    for (const [name, { labels, claims }] of Object.entries(baselines(simulated, person, engagements)))
      score(name, labels, claims, truth, add);
    compareStages(simulated, person, { interests, engagements, best }, confusion);
  }
  return {
    metrics: {
      people: scores.get("interests F1")?.length ?? 0,
      ...means(scores),
      ...stateFigures(simulated),
      ...stageFigures(confusion),
      ...best.figures(),
    },
    compared: {},
  };
}

interface Truth {
  readonly planted: ReadonlySet<string>;
  readonly expressed: ReadonlySet<string>;
  /** Engagements about planted interests, and which each is about. */
  readonly about: readonly { readonly itemRow: number; readonly leaf: number }[];
}

function truthOf(
  { world, catalogue }: SimulatedPeople,
  index: number,
  engagements: readonly Engagement[],
): Truth {
  const { truth } = world;
  const { interests } = truth.person(index);
  const alive = new Set(interests.filter(({ bornMs }) => bornMs < world.endMs).map(({ leaf }) => leaf));
  const about = engagements.flatMap(({ itemRow }) => {
    const { leaf } = truth.item(rankOf(catalogue.at(itemRow).itemId)).leaves[0]!; // an item has a leaf
    return alive.has(leaf) ? { itemRow, leaf } : [];
  });
  const nameOfLeaf = (leaf: number): string => truth.leafPaths[leaf]![2];
  const times = (leaf: number): number => about.filter((one) => one.leaf === leaf).length;
  return {
    planted: new Set([...alive].map(nameOfLeaf)),
    expressed: new Set([...alive].filter((leaf) => times(leaf) >= EXPRESSED).map(nameOfLeaf)),
    about,
  };
}

/** `i-00042` is the 42nd item. */
function rankOf(itemId: string): number {
  return Number(itemId.slice(2)) - 1;
}

type Claims = readonly { readonly label: string }[];

function score(
  method: string,
  labels: ReadonlyMap<number, number>,
  claims: Claims,
  { planted, expressed, about }: Truth,
  add: (name: string, value: number) => void,
): void {
  const claimed = new Set(claims.map(({ label }) => label));
  add(`${method} F1`, f1(claimed, planted));
  add(`${method} F1 of expressed`, f1(claimed, expressed));
  const found = about.map(({ itemRow }) => labels.get(itemRow) ?? -1);
  add(
    `${method} AMI`,
    adjustedMutualInformation(
      about.map(({ leaf }) => leaf),
      found,
    ),
  );
}

function labelsOf(groups: readonly { readonly itemRows: readonly number[] }[]): Map<number, number> {
  return new Map(groups.flatMap(({ itemRows }, at) => itemRows.map((row) => [row, at] as const)));
}

/** What is near (cosine above it) a single vector is said to be what it is about. */
const NEAR = 0.6;

function baselines(simulated: SimulatedPeople, person: number, engagements: readonly Engagement[]) {
  const { space, world } = simulated;
  const { itemRows, vectors, counts, places } = distinctItems(engagements, space);
  const countOf = (row: ItemRow): number => counts[places.get(row)!]!; // asked of items met
  const numbers = kMeans(vectors, 5, Random.of(world.config.seed, `k-means/${person}`));
  const clusters = Array.from({ length: 5 }, (_, k) => ({
    itemRows: itemRows.filter((_, at) => numbers[at] === k),
  })).filter((cluster) => cluster.itemRows.length > 0);
  const mean = new Float32Array(space.embeddingSize);
  for (const { itemRow, timestampMs } of engagements) {
    const weight = Math.exp((-0.01 * (world.endMs - timestampMs)) / DAY_MS);
    for (const [at, value] of (space.vectorOf(itemRow) ?? []).entries()) mean[at]! += weight * value;
  }
  return {
    "k-means 5": { labels: labelsOf(clusters), claims: clusters.map((cluster) => claim(cluster.itemRows)) },
    "decay-average": single(unitOf(mean)),
    "last item": single(space.vectorOf(engagements.at(-1)!.itemRow)!), // somebody with engagements; tags make vectors
  };

  function claim(rows: readonly ItemRow[]): { readonly label: string } {
    return nameOf(rows, countOf, simulated);
  }

  function single(vector: Float32Array) {
    const nearness = itemRows.map((row) => dot(vector, space.vectorOf(row)!)); // distinct items have one
    const nearest = itemRows[nearness.indexOf(Math.max(...nearness))]!;
    const near = nearness.map((cosine) => Number(cosine >= NEAR));
    return {
      labels: new Map(itemRows.map((row, at) => [row as number, near[at]!])),
      claims: [claim([nearest])],
    };
  }
}

function compareStages(
  { world }: SimulatedPeople,
  person: number,
  {
    interests,
    engagements,
    best,
  }: { interests: readonly Interest[]; engagements: readonly Engagement[]; best: BestStages },
  confusion: Map<string, number>,
): void {
  const { truth } = world;
  const { interests: planted } = truth.person(person);
  for (const [place, interest] of planted.entries()) {
    const stage = truth.stageAt(interest, world.endMs);
    const found = interests.find(({ label }) => label === truth.leafPaths[interest.leaf]![2]);
    if (!stage || !found) continue;
    const cell = `${stage} as ${found.lifecycle}`;
    confusion.set(cell, (confusion.get(cell) ?? 0) + 1);
    best.ask(interest, stage, place === 0, engagements, new Set(found.itemRows));
  }
}

/**
 * What somebody could say of stages who knows when each interest was born and the rates at which interests of the world live, and sees the same
 * engagements: as the world has it (the first interest of a person lasts, about two in five of those that are found), and told which one that is.
 */
class BestStages {
  readonly #world: World;
  readonly #life: InterestLife;
  readonly #lasting: InterestLife;
  readonly #right = { "knowing rates and births": 0, "knowing which last, too": 0 };
  #asked = 0;

  constructor(world: World) {
    this.#world = world;
    const rates = worldPresets.living.dynamics.interests;
    const known: InterestLifeRates = {
      ...{ presentAtFirst: 1, birth: 0, settling: 1 / rates.growingDays, fading: 1 / rates.habitDays },
      ...{ revival: rates.revivalShare / rates.revivalDays, lasting: 0.4 },
      ...{ growthHalfLife: rates.growthHalfLifeDays, fadeHalfLife: rates.fadeHalfLifeDays },
      ...{ chance: 0.004, concentration: 4 }, // the best of a few, on validation people
    };
    this.#life = new InterestLife(known, { daysBefore: 1 });
    this.#lasting = new InterestLife({ ...known, lasting: 1 }, { daysBefore: 1 });
  }

  ask(
    { bornMs }: { readonly bornMs: number },
    stage: string,
    lasts: boolean,
    engagements: readonly Engagement[],
    own: ReadonlySet<number>,
  ): void {
    const bornDay = Math.max(Math.floor(bornMs / DAY_MS), Math.floor(this.#world.startMs / DAY_MS) - YEAR);
    const days = Math.floor(this.#world.endMs / DAY_MS) - bornDay;
    const [counts, totals] = [new Uint16Array(days), new Uint16Array(days)];
    const met = new Set<string>();
    for (const { itemRow, timestampMs } of engagements) {
      const day = Math.floor(timestampMs / DAY_MS) - bornDay;
      if (day < 0 || day >= days || met.has(`${itemRow} ${day}`)) continue;
      met.add(`${itemRow} ${day}`);
      totals[day]!++;
      if (own.has(itemRow)) counts[day]!++;
    }
    this.#asked++;
    const said = [this.#life, lasts ? this.#lasting : this.#life].map((life) => {
      let likeliest = 0;
      life.walk(counts, totals, (day, stages) => {
        if (day === days - 1) likeliest = stages.indexOf(Math.max(...stages));
      });
      return interestStages[likeliest] === (stage === "gone" ? "fading" : stage);
    });
    this.#right["knowing rates and births"] += Number(said[0]);
    this.#right["knowing which last, too"] += Number(said[1]);
  }

  figures(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#right).map(([name, right]) => [
        `stage accuracy, best ${name}`,
        right / Math.max(1, this.#asked),
      ]),
    );
  }
}

const YEAR = 365;

/**
 * States from the events, as they arrived, against those from what people truly did, on the last day, and the days of the ledger whose transitions are the change of the active count.
 */
function stateFigures({ world, rows }: SimulatedPeople): Record<string, number> {
  const lastDay = Math.floor(world.endMs / DAY_MS) - 1;
  const firstDay = Math.floor(world.startMs / DAY_MS);
  const daysOf = rows.map((acts) => [
    ...new Set(acts.map(({ timestampMs }) => Math.floor(timestampMs / DAY_MS))),
  ]);
  const right = daysOf.filter((days, index) => {
    const lived = world.truth.activeDays(world.truth.person(index));
    return userStateOn(days, lastDay) === userStateOn(lived, lastDay);
  }).length;
  const ledger = transitionLedger(daysOf, firstDay, lastDay);
  const balanced = ledger.filter(
    ({ active, netActive }, n) => active - (ledger[n - 1]?.active ?? 0) === netActive,
  );
  return {
    "states as in the truth": right / daysOf.length,
    "ledger days that balance": balanced.length / ledger.length,
  };
}

/** A gone interest is rightly called fading: there is no word for it, for it may come back. */
function stageFigures(confusion: ReadonlyMap<string, number>): Record<string, number> {
  const recalls = STAGES.flatMap((stage) => {
    const cells = [...confusion].filter(([cell]) => cell.startsWith(`${stage} as `));
    const total = cells.reduce((sum, [, count]) => sum + count, 0);
    const right = confusion.get(`${stage} as ${stage === "gone" ? "fading" : stage}`) ?? 0;
    return total === 0 ? [] : [{ stage, total, right }];
  });
  const sum = (of: (recall: (typeof recalls)[number]) => number): number =>
    recalls.reduce((total, recall) => total + of(recall), 0);
  return {
    "stages compared": sum(({ total }) => total),
    "stage accuracy":
      sum(({ right }) => right) /
      Math.max(
        1,
        sum(({ total }) => total),
      ),
    "stage accuracy of always saying habit":
      (recalls.find(({ stage }) => stage === "habit")?.total ?? 0) /
      Math.max(
        1,
        sum(({ total }) => total),
      ),
    "stage accuracy, mean over stages":
      sum(({ right, total }) => right / total) / Math.max(1, recalls.length),
    ...Object.fromEntries([...confusion].sort(([left], [other]) => (left < other ? -1 : 1))),
  };
}

function means(scores: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  return Object.fromEntries(
    Array.from(scores, ([name, values]) => [
      name,
      values.reduce((sum, value) => sum + value, 0) / values.length,
    ]),
  );
}
