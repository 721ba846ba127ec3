import { DAY_MS, MINUTE_MS, Random } from "#base";
import { modelNamed, vocabularyHash } from "#models";
import { type Interactions, packInteractions } from "#sequences";
import { decodeSafetensors, encodeSafetensors } from "#tensor";
import type { Platform } from "../src/main/platform.ts";
import { ACTIONS } from "./made-events.ts";
import { hardDeviation } from "./made-vectors.ts";

/**
 * @file Models of the size that serves, put in service without being learned: fitted for a step or two on a hundred made people, whatever the folder
 * holds, so that weights are nearly what they were drawn as. How long an answer takes depends on the sizes of a network and its tables, not on what it knows.
 */

const ENCODER = {
  name: "sequence-encoder",
  config: {
    blocks: 2,
    maxLength: 50,
    epochs: 1,
    loss: "sampled-softmax",
    negatives: 512,
    inBatchNegatives: 0,
  },
};
/** As it comes. */
const RANKER = { name: "ranker", config: { epochs: 1, maxRequests: 200 } };
const COLD_START = { name: "recent-popularity", config: {} };

const PEOPLE = 100;
const ACTS = 60;

/** Made models of all items of the platform answer from now on: an encoder, what is popular, and a ranker by its name. */
export async function serveMadeModels({ catalogue, clock, models }: Platform): Promise<void> {
  const people = madePeople(catalogue.itemCount, clock.nowMs());
  const put = async ({
    name,
    config,
  }: {
    name: string;
    config: Readonly<Record<string, number | string>>;
  }) => {
    const model = modelNamed(name);
    const merged = { ...model.defaults, ...config };
    const fitted = await model.fit(people, merged, {
      random: Random.of(1, name),
      progress: () => {},
      threads: 1,
    });
    const { dimension = null, inputs = [], outputs = [] } = fitted.encoder ?? {};
    const manifest = {
      ...{ name, kind: name, config: merged, seed: 1, dimension, inputs, outputs },
      ...{ userCount: PEOPLE, itemCount: people.itemCount, interactionCount: people.itemRows.length },
      ...{ dataFromMs: null, dataUntilMs: clock.nowMs(), logOffsets: [], metrics: {}, curve: [] },
      vocabularyHash: vocabularyHash(catalogue.items().map(({ itemId }) => itemId)),
      ...{ fitSeconds: 0, madeAt: null, code: null, refitOf: null },
    };
    const bytes = fitted.serialize();
    return models.put(manifest, fitted.encoder ? asLearned(bytes) : bytes);
  };
  const [personal, coldStart, ranker] = [await put(ENCODER), await put(COLD_START), await put(RANKER)];
  await models.serve({ personal, coldStart, beside: [ranker] });
}

/** The encoder's vectors of items, as its file calls them: (items, D). */
const TABLE = "items.embedding";

/**
 * Vectors of items as they are drawn go in all 64 directions alike, among which no index finds its way by lists. Learned ones lie along few (8 on Deskdrop): these
 * get the spectrum of the hard vectors that indexes are measured with (17). And everything was met: people of whom nothing is known are not sought for.
 */
function asLearned(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { shape, values } = tensors[TABLE]!;
  const dimensions = shape[1]!;
  const drawn = values as Float32Array; // as every weight is
  const scaled = drawn.map((value, at) => value * hardDeviation(at % dimensions));
  const counts = { shape: [shape[0]!], values: new Float32Array(shape[0]!).fill(1) };
  return encodeSafetensors({
    tensors: { ...tensors, [TABLE]: { shape, values: scaled }, counts },
    metadata,
  });
}

function madePeople(itemCount: number, untilMs: number): Interactions {
  const random = Random.of(1, "made people");
  const rows = Array.from({ length: PEOPLE * ACTS }, (_, at) => ({
    user: Math.floor(at / ACTS),
    item: random.integer(itemCount),
    timestampMs: untilMs - 30 * DAY_MS + (at % ACTS) * MINUTE_MS,
  }));
  const actionNames = [...new Set(ACTIONS)];
  const actions = Uint8Array.from(rows, () => random.integer(actionNames.length));
  return { ...packInteractions(rows, PEOPLE, itemCount), actions, actionNames };
}
