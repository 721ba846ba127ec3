import { parentPort, workerData } from "node:worker_threads";
import { assert } from "#base";
import { type ModelId, modelReference, type VectorEncoder } from "#models";
import type { History } from "#sequences";
import { FileBlobStore } from "#storage";
import { paths } from "./data-folder.ts";
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
}

export type EncodeMessage =
  | { readonly order: number; readonly vectors: Float32Array<ArrayBuffer> }
  | { readonly order: number; readonly fault: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const { folder } = workerData as EncodeTask;
const store = new ModelStore(new FileBlobStore(paths.blobs(folder)));
/** Those of which somebody was encoded, each read once. */
const encoders = new Map<string, Promise<VectorEncoder>>();

async function read(id: ModelId): Promise<VectorEncoder> {
  const { encoder } = (await store.load(id)).model;
  assert(encoder, "the model makes vectors");
  return encoder;
}

async function encode({ model, histories }: EncodeOrder): Promise<Float32Array<ArrayBuffer>> {
  const name = modelReference(model.name, model.version);
  const reading = encoders.get(name) ?? read(model);
  encoders.set(name, reading);
  reading.catch(() => encoders.delete(name)); // the next order tries again
  return new Float32Array(await (await reading).userVectors(histories));
}

port.on("message", async (order: EncodeOrder) => {
  try {
    const vectors = await encode(order);
    const message: EncodeMessage = { order: order.order, vectors };
    port.postMessage(message, [vectors.buffer]);
  } catch (error) {
    const message: EncodeMessage = { order: order.order, fault: String(error) };
    port.postMessage(message);
  }
});
