/** @file A log, a state and a few items to make features of, for tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HistoricalClock } from "#base";
import { defaultPurposes, purposesOf } from "#declarations";
import {
  Actions,
  Catalogue,
  encodeSharedRecord,
  followShared,
  IdentityGraph,
  SHARED_PARTITION,
} from "#events";
import { Applier } from "#sequences";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import type { FeaturePlan } from "./definition/plan.ts";
import type { PastEvents } from "./history/collect-rows.ts";
import { testActions } from "./many-features.cases.ts";
import { applyFeatures } from "./state/also-apply.ts";

export const testPurposes = purposesOf({ actions: testActions, purposes: defaultPurposes });
export const declaredActions = new Actions(
  Object.entries(testActions).map(([name, { kind, strength, verb }]) => ({ name, kind, strength, verb })),
);
export const ITEMS = 6;
export const tagsOf = (n: number): string[] =>
  [["art"], ["art", "food"], [], ["food"], ["art", "music"], ["music"]][n]!;
export const priceOf = (n: number): number => 10 * n;

/** What was said of an item in each edition: nothing, something else than now, and what is said now. */
export const EDITIONS = 3;
export function saidOf(n: number, edition: number): { readonly tags: string[]; readonly price?: number } {
  if (edition === 0) return { tags: [] };
  return edition === 1
    ? { tags: ["travel", ...tagsOf(n)], price: 7 - n }
    : { tags: tagsOf(n), price: priceOf(n) };
}

export interface TestStorage {
  readonly folder: string;
  readonly log: SegmentedEventLog;
  readonly state: LmdbStateStore;
}

/** Folders that go when all is done. */
export class TestFolders {
  #root: string | undefined;
  #made = 0;

  /** The items are there, and `anonymous:a` is ann. */
  async open({ partitions = 1 } = {}): Promise<TestStorage> {
    this.#root ??= await mkdtemp(join(tmpdir(), "inkling-features-"));
    const folder = join(this.#root, String(this.#made++));
    const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: partitions + 1 });
    const items = [1, 2].flatMap((edition) =>
      Array.from({ length: ITEMS }, (_, n) => {
        const { tags, price } = saidOf(n, edition);
        const input = { tags, attributes: { price }, vector: [n, 1] };
        return { kind: "item" as const, itemId: `i${n}`, input };
      }),
    );
    await log.append(SHARED_PARTITION, [
      ...items.map(encodeSharedRecord),
      ...Object.keys(testActions).map((name) => encodeSharedRecord({ kind: "action", name })),
      ...testPurposes.map(({ name }) => encodeSharedRecord({ kind: "purpose", name })),
      encodeSharedRecord({ kind: "link", from: "anonymous:a", to: "ann" }),
    ]);
    return { folder, log, state: openState(folder) };
  }

  async remove(): Promise<void> {
    if (this.#root) await rm(this.#root, { recursive: true });
  }
}

export function openState(folder: string, name = "state"): LmdbStateStore {
  return new LmdbStateStore(join(folder, name), new HistoricalClock(0));
}

export async function pastOf({ log, state }: TestStorage): Promise<PastEvents> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  await followShared(log, { catalogue, identity }, () => {}).catchUp(() => {});
  const lake = (): never => {
    throw new Error("nothing was dropped");
  };
  return { log, state, catalogue, identity, lake };
}

/** Brings state level with the log, features along. */
export async function applyAll(
  { log }: TestStorage,
  plan: FeaturePlan,
  state: LmdbStateStore,
): Promise<void> {
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const parts = { log, state, actions: declaredActions, onApplied: () => {}, onFailure };
  const applier = await Applier.start({ ...parts, alsoApply: applyFeatures(plan) }, () => {});
  await applier.close();
}
