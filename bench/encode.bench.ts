/**
 * @file How soon a person is a vector: one person, 50 engagements, encoded and held against all items for the ten best, in process;
 * and many who ask at once, through the queue and the thread that a server encodes with. The weights are random: how long it takes
 * does not depend on them.
 */
import { loadavg } from "node:os";
import { Random } from "#base";
import { modelNamed } from "#models";
import { topN } from "#numeric";
import { EncodeQueue } from "#profiles";
import { type History, packInteractions } from "#sequences";
import { FileBlobStore } from "#storage";
import { paths } from "../src/main/folder/data-folder.ts";
import { EncoderThread } from "../src/main/models/encoder-thread.ts";
import { ModelStore } from "../src/main/models/model-store.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";

interface Options extends Record<string, number | boolean> {
  readonly items: number;
  readonly length: number;
  readonly requests: number;
  /** Who ask at once. */
  readonly concurrent: number;
  readonly rounds: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "encoding: one person at a time with the ten best items, and many who ask at once",
  defaults: { items: 3417, length: 50, requests: 2000, concurrent: 256, rounds: 20, seed: 1 },
  tiny: { items: 60, length: 8, requests: 5, concurrent: 4, rounds: 2, seed: 1 },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

const BEST = 10;
const WARM_UP = 50;

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const [loadAverageBefore = 0] = loadavg();
  const { items, length, requests, concurrent, rounds, seed } = options;
  const random = Random.of(seed, "encode");
  const person = (): History => ({
    itemRows: Uint32Array.from({ length }, () => Math.floor(items * random.uniform() ** 2)),
  });
  const bytes = await makeModel(options);
  const model = modelNamed("sequence-encoder").load(bytes);
  const latenciesMs: number[] = [];
  for (let n = 0; n < requests + WARM_UP; n++) {
    const history = person();
    const startedMs = performance.now();
    const best = topN(await model.score([history]), BEST);
    const latencyMs = performance.now() - startedMs;
    if (best.length !== BEST) throw new Error(`${best.length} items instead of ${BEST}`);
    if (n >= WARM_UP) latenciesMs.push(latencyMs);
  }
  say(`one person: p50 ${quantileOf(latenciesMs, 0.5).toFixed(3)} ms`);
  const thread = new EncoderThread(folder);
  try {
    const id = { name: "sequence-encoder", version: "0001" };
    await new ModelStore(new FileBlobStore(paths.blobs(folder))).put(manifestOf(id.name, options), bytes);
    const queue = new EncodeQueue((histories) => thread.encode(id, histories));
    const rates: number[] = [];
    const waitsMs: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const people = Array.from({ length: concurrent }, person);
      const startedMs = performance.now();
      const own = await Promise.all(
        people.map(async (history) => {
          await queue.encode(history);
          return performance.now() - startedMs;
        }),
      );
      if (round === 0) continue; // the thread starts and reads the model
      rates.push((1000 * concurrent) / (performance.now() - startedMs));
      waitsMs.push(...own);
    }
    say(`${concurrent} at once: ${Math.round(quantileOf(rates, 0.5))} people a second`);
    return {
      metrics: {
        loadAverageBefore,
        oneUserLatencyMsP50: quantileOf(latenciesMs, 0.5),
        oneUserLatencyMsP99: quantileOf(latenciesMs, 0.99),
        usersPerSecond: quantileOf(rates, 0.5),
        usersPerSecondMin: Math.min(...rates),
        usersPerSecondMax: Math.max(...rates),
        concurrentLatencyMsP50: quantileOf(waitsMs, 0.5),
        concurrentLatencyMsP99: quantileOf(waitsMs, 0.99),
      },
      compared: {},
    };
  } finally {
    await thread.close();
  }
}

/** D 64, two blocks; one step of learning on a few people. */
async function makeModel({ items, length, seed }: Options): Promise<Uint8Array> {
  const random = Random.of(seed, "model");
  const people = Array.from({ length: 8 }, (_, user) =>
    Array.from({ length }, () => ({ user, item: random.integer(items) })),
  );
  const every = Array.from({ length: items }, (_, item) => ({ user: 8, item })); // nobody's items are unknown
  const model = modelNamed("sequence-encoder");
  const config = { ...model.defaults, maxLength: length, epochs: 1 };
  const data = packInteractions([...people.flat(), ...every], 9, items);
  return (await model.fit(data, config, { random, progress: () => {} })).serialize();
}

function manifestOf(name: string, { items, seed }: Options): Parameters<ModelStore["put"]>[0] {
  return {
    ...{
      name,
      kind: name,
      config: {},
      seed,
      refitOf: null,
      userCount: 9,
      itemCount: items,
      interactionCount: 0,
    },
    ...{
      dataFromMs: null,
      dataUntilMs: 0,
      logOffsets: [],
      vocabularyHash: null,
      metrics: {},
      curve: [],
      fitSeconds: 0,
    },
    ...{ madeAt: null, code: null, dimension: 64, inputs: [], outputs: [] },
  };
}
