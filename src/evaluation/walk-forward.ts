import { DAY_MS, Random } from "#base";
import { drawSeeking, type EngagedItems, type Representation, represent } from "#models";
import { dot, topN } from "#numeric";
import type { Interactions } from "#sequences";
import { bootstrapIntervals, type Interval } from "./bootstrap.ts";

/** What is walked through: people who engage with items that have their place in a space learned before. */
export interface WalkForwardTask {
  /** With times. */
  readonly interactions: Interactions;
  /** Item row -> unit vector; `undefined` where nothing is known of the item, which is then neither recommended nor asked for. */
  readonly vectors: readonly (Float32Array | undefined)[];
  /** Item row -> when it came into being; nothing older is recommended. */
  readonly bornMs: ArrayLike<number>;
  /** Days from here on are asked about; those before are only history. */
  readonly fromMs: number;
  readonly isAsked: (user: number) => boolean;
  /** Items recommended at a time. */
  readonly budget: number;
  readonly seed: number;
}

export interface WalkForwardMethod {
  readonly name: string;
  readonly representation: Representation;
  /** Vectors drawn by importance, which share the budget. */
  readonly drawn: number;
}

export interface WalkForwardResult {
  readonly name: string;
  /** Share of the day's items near to something recommended, and of those recommended themselves. */
  readonly relevance: number;
  readonly recall: number;
  readonly relevanceInterval: Interval;
  readonly recallInterval: Interval;
  /** Vectors a person is sought by, on average, before any are drawn. */
  readonly vectors: number;
  readonly questions: number;
  readonly people: number;
}

/** Near enough to be the same to a person (PinnerSage, section 5: 0.8). */
const RELEVANT = 0.8;
const HISTORY_DAYS = 90;
const HISTORY_ROWS = 500;

/**
 * @file PinnerSage's offline protocol (Pal et al. 2020, section 5.2): walk forward day by day; before each day a person becomes vectors by what
 * they did in the 90 days until then; three of them, drawn by importance, each bring their part of the recommendations out of all items that
 * there are and the person has not met; the day's new items say how good these are. A person's days are averaged over all.
 */
export async function walkForward(
  task: WalkForwardTask,
  methods: readonly WalkForwardMethod[],
): Promise<WalkForwardResult[]> {
  const questions = questionsOf(task);
  const results: WalkForwardResult[] = [];
  for (const method of methods) results.push(await measure(task, method, questions));
  return results;
}

/** One person before one day. */
interface Question {
  readonly user: number;
  readonly dayMs: number;
  /** Place of the first row not to be known. */
  readonly until: number;
  /** New items of the day. */
  readonly wanted: readonly number[];
}

function questionsOf(task: WalkForwardTask): Question[] {
  const { interactions, vectors, bornMs, fromMs, isAsked } = task;
  const { offsets, itemRows, timestampsMs } = interactions;
  const questions: Question[] = [];
  for (let user = 0; user < interactions.userCount; user++) {
    if (!isAsked(user)) continue;
    const met = new Set<number>();
    for (let at = offsets[user]!; at < offsets[user + 1]!; ) {
      const dayMs = Math.floor(timestampsMs![at]! / DAY_MS) * DAY_MS;
      const until = at;
      const wanted = new Set<number>();
      for (; at < offsets[user + 1]! && timestampsMs![at]! < dayMs + DAY_MS; at++) {
        const item = itemRows[at]!;
        if (!met.has(item) && vectors[item] && bornMs[item]! < dayMs) wanted.add(item);
      }
      const hasPast = hasVectors(task, user, until, dayMs);
      if (dayMs >= fromMs && wanted.size > 0 && hasPast)
        questions.push({ user, dayMs, until, wanted: [...wanted] });
      for (let row = until; row < at; row++) met.add(itemRows[row]!);
    }
  }
  return questions;
}

function hasVectors(
  { interactions, vectors }: WalkForwardTask,
  user: number,
  until: number,
  dayMs: number,
): boolean {
  for (let at = firstRow(interactions, user, until, dayMs); at < until; at++)
    if (vectors[interactions.itemRows[at]!]) return true;
  return false;
}

/** Place of the oldest row that counts before a day. */
function firstRow(
  { offsets, timestampsMs }: Interactions,
  user: number,
  until: number,
  dayMs: number,
): number {
  let from = Math.max(offsets[user]!, until - HISTORY_ROWS);
  while (from < until && timestampsMs![from]! < dayMs - HISTORY_DAYS * DAY_MS) from++;
  return from;
}

async function measure(
  task: WalkForwardTask,
  { name, representation, drawn }: WalkForwardMethod,
  questions: readonly Question[],
): Promise<WalkForwardResult> {
  const { seed, budget, vectors } = task;
  const sums = new Map<number, [relevance: number, recall: number, count: number]>();
  let sought = 0;
  for (const question of questions) {
    const random = Random.of(seed, `walk/${question.user}/${question.dayMs}`);
    const seeking = await represent(engagedBefore(task, question), representation, random);
    sought += seeking.length;
    const taken = drawSeeking(seeking, drawn, random);
    const open = openItems(task, question);
    const found = new Set<number>();
    for (const { vector } of taken)
      for (const item of nearest(vector, task, open, Math.floor(budget / taken.length))) found.add(item);
    const { wanted } = question;
    const isNear = (item: number): boolean =>
      found.has(item) || [...found].some((other) => dot(vectors[other]!, vectors[item]!) >= RELEVANT);
    const sum = sums.get(question.user) ?? [0, 0, 0];
    sums.set(question.user, [
      sum[0] + wanted.filter(isNear).length / wanted.length,
      sum[1] + wanted.filter((item) => found.has(item)).length / wanted.length,
      sum[2] + 1,
    ]);
  }
  const people = [...sums.values()];
  const count = Float64Array.from(people, ([, , days]) => days);
  const totals = Float64Array.from(people.flatMap(([relevance, recall]) => [relevance, recall]));
  const [relevanceInterval, recallInterval] = bootstrapIntervals(totals, count, {
    random: Random.of(seed, "walk"),
  });
  const mean = (column: 0 | 1): number =>
    people.reduce((sum, row) => sum + row[column], 0) / questions.length;
  return {
    ...{ name, relevance: mean(0), recall: mean(1) },
    relevanceInterval: relevanceInterval!, // two metrics in, two out
    recallInterval: recallInterval!,
    vectors: sought / questions.length,
    questions: questions.length,
    people: people.length,
  };
}

/** What the person did before the day, as vectors. */
function engagedBefore(
  { interactions, vectors }: WalkForwardTask,
  { user, until, dayMs }: Question,
): EngagedItems {
  const ages = new Map<number, number[]>();
  for (let at = firstRow(interactions, user, until, dayMs); at < until; at++) {
    const item = interactions.itemRows[at]!;
    if (!vectors[item]) continue;
    const own = ages.get(item) ?? [];
    ages.set(item, own);
    own.push((dayMs - interactions.timestampsMs![at]!) / DAY_MS);
  }
  const items = [...ages.keys()];
  const size = vectors[items[0]!]!.length; // a question has a past
  const values = new Float32Array(items.length * size);
  for (const [row, item] of items.entries()) values.set(vectors[item]!, row * size);
  return { vectors: { rows: items.length, columns: size, values }, agesDays: [...ages.values()] };
}

/** What can be recommended before the day: items there are that the person has not met. */
function openItems({ interactions, vectors, bornMs }: WalkForwardTask, { user, until, dayMs }: Question) {
  const met = new Set(interactions.itemRows.subarray(interactions.offsets[user]!, until));
  return (item: number): boolean => vectors[item] !== undefined && bornMs[item]! < dayMs && !met.has(item);
}

function nearest(
  vector: Float32Array,
  { vectors }: WalkForwardTask,
  isOpen: (item: number) => boolean,
  n: number,
): Uint32Array {
  const scores = Float32Array.from(vectors, (other, item) =>
    other && isOpen(item) ? dot(other, vector) : Number.NEGATIVE_INFINITY,
  );
  return topN(scores, n);
}
