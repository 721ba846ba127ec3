import { parentPort, workerData } from "node:worker_threads";
import { assert } from "#base";
import {
  type FittedModel,
  type ItemContents,
  type ModelId,
  type ModelReference,
  modelReference,
} from "#models";
import type { History, ItemContent } from "#sequences";
import { FileBlobStore } from "#storage";
import { paths } from "../folder/data-folder.ts";
import { ModelStore } from "./model-store.ts";

/** @file The thread that encodes people: the runtime blocks whoever calls it, and the serving thread must not be that. */

export interface EncodeTask {
  readonly folder: string;
}

/** Answered with the vectors, (histories, D). */
export interface EncodeOrder {
  readonly order: number;
  readonly model: ModelId;
  readonly histories: readonly History[];
  /** Those of their items that came after the model was fitted. */
  readonly later: readonly LaterItem[];
}

/** Answered with nothing. */
export interface ForgetOrder {
  readonly forget: ModelReference;
}

export interface LaterItem {
  readonly itemRow: number;
  readonly content: ItemContent;
}

export type EncodeMessage =
  | { readonly order: number; readonly vectors: Float32Array<ArrayBuffer> }
  | { readonly order: number; readonly fault: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const { folder } = workerData as EncodeTask;
const store = new ModelStore(new FileBlobStore(paths.blobs(folder)));
/** Those by which somebody was encoded, each read once. */
const models = new Map<ModelReference, Promise<FittedModel>>();

/** What the orders told of items that came later: as much of the catalogue as encoding needs. */
class ToldItems implements ItemContents {
  readonly #told = new Map<number, ItemContent>();
  revision = 0;
  itemCount = 0;

  at(itemRow: number): ItemContent {
    return this.#told.get(itemRow) ?? NOTHING_SAID;
  }

  hear(later: readonly LaterItem[]): void {
    if (later.length > 0) this.revision++;
    for (const { itemRow, content } of later) {
      this.#told.set(itemRow, content);
      this.itemCount = Math.max(this.itemCount, itemRow + 1);
    }
  }
}

const NOTHING_SAID: ItemContent = {};
const told = new ToldItems();

async function read(id: ModelId): Promise<FittedModel> {
  const { model } = await store.load(id);
  return model.over?.(told) ?? model;
}

async function encode({ model: id, histories, later }: EncodeOrder): Promise<Float32Array<ArrayBuffer>> {
  told.hear(later);
  const name = modelReference(id.name, id.version);
  const reading = models.get(name) ?? read(id);
  models.set(name, reading);
  reading.catch(() => models.delete(name)); // the next order tries again
  const { encoder } = await reading;
  assert(encoder, "the model makes vectors");
  return new Float32Array(await encoder.userVectors(histories));
}

async function forget(model: ModelReference): Promise<void> {
  const reading = models.get(model);
  models.delete(model);
  await (await reading)?.release?.();
}

port.on("message", async (order: EncodeOrder | ForgetOrder) => {
  if ("forget" in order) return forget(order.forget).catch(() => {}); // nobody waits for it
  try {
    const vectors = await encode(order);
    const message: EncodeMessage = { order: order.order, vectors };
    port.postMessage(message, [vectors.buffer]);
  } catch (error) {
    const message: EncodeMessage = { order: order.order, fault: String(error) };
    port.postMessage(message);
  }
});
