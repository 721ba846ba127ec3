import { type InferenceSession, Tensor } from "onnxruntime-node";
import { assert, PlatformError } from "#base";
import {
  elementTypeNames,
  isElementType,
  type OnnxElementType,
  type OnnxGraph,
  type OnnxValue,
} from "./onnx-file.ts";
import { openSession, type SessionOptions } from "./onnx-session.ts";
import type { NamedTensor } from "./safetensors.ts";

/**
 * A compiled graph. Inputs are handed over as they are, nothing is copied on the way in. Outputs whose size the graph knows are
 * written to the same arrays at every run: copy what is to outlive the next one.
 */
export class Program {
  readonly #open: () => Promise<InferenceSession>;
  /** Absent while it is released. */
  #session: Promise<InferenceSession> | undefined;
  #runs = 0;
  /** Sessions let go of during a run, which end with the last one. */
  readonly #leaving: InferenceSession[] = [];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Output -> where it goes; null lets the runtime make room, for outputs of free size. */
  readonly #places: Readonly<Record<string, Tensor | null>>;

  private constructor(
    session: InferenceSession,
    open: () => Promise<InferenceSession>,
    { inputs, outputs }: Pick<OnnxGraph, "inputs" | "outputs">,
  ) {
    this.#session = Promise.resolve(session);
    this.#open = open;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#places = Object.fromEntries(outputs.map((output) => [output.name, placeFor(output)]));
  }

  /** @throws PlatformError `invalid-config` when the machine has no such provider */
  static async compile(graph: OnnxGraph, options: SessionOptions = {}): Promise<Program> {
    const open = (): Promise<InferenceSession> => openSession(graph, options);
    return new Program(await open(), open, graph);
  }

  /**
   * Compiles an ONNX file that was made elsewhere; what it takes in and gives out is as the file says.
   * @throws PlatformError `invalid-model` when the runtime cannot read it, or has it name a type we have no arrays for
   */
  static async read(onnx: Uint8Array, options: SessionOptions = {}): Promise<Program> {
    const open = (): Promise<InferenceSession> => openSession(onnx, options);
    const session = await open().catch((cause: unknown) => {
      const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
      throw new PlatformError("invalid-model", `The runtime cannot read the ONNX file: ${reason}`, { cause });
    });
    const inputs = session.inputMetadata.map(describedBy);
    return new Program(session, open, { inputs, outputs: session.outputMetadata.map(describedBy) });
  }

  /** Blocks while it computes. Every input of the graph is given, by name; others are ignored. */
  async run(inputs: Readonly<Record<string, NamedTensor>>): Promise<Record<string, NamedTensor>> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, type, shape } of this.inputs) {
      const given = inputs[name];
      assert(given, `the input "${name}" is given`);
      assert(fits(given.shape, shape), `"${name}" of shape ${given.shape} fits (${shape.join(", ")})`);
      feeds[name] = tensorOf(type, given);
    }
    const results = await this.#runSession(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, made]) => {
        const { dims, data } = this.#places[name] ?? made; // what was made is a copy of what is in its place
        return [name, { shape: dims, values: data as NamedTensor["values"] }]; // no output of ours is text
      }),
    );
  }

  /** Gives the memory of the session back, once what runs is done. Whoever runs it later has it compiled again. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session) this.#leaving.push(await session);
    await this.#endLeaving();
  }

  async #runSession(feeds: Record<string, Tensor>): Promise<InferenceSession.OnnxValueMapType> {
    this.#session ??= this.#open();
    this.#runs++;
    try {
      const session = await this.#session;
      return await session.run(feeds, this.#places);
    } finally {
      this.#runs--;
      if (this.#leaving.length > 0) await this.#endLeaving();
    }
  }

  async #endLeaving(): Promise<void> {
    if (this.#runs > 0) return; // the last run does it
    for (const session of this.#leaving.splice(0)) await session.release();
  }
}

function describedBy(metadata: InferenceSession.ValueMetadata): OnnxValue {
  const { name, isTensor } = metadata;
  const type = isTensor ? metadata.type : "no tensor";
  if (!isTensor || !isElementType(type))
    throw new PlatformError(
      "invalid-model",
      `"${name}" is ${type}; give one of ${elementTypeNames.join(", ")}.`,
    );
  return { name, type, shape: metadata.shape };
}

function placeFor({ type, shape }: OnnxValue): Tensor | null {
  const sizes = shape.filter((size) => typeof size === "number");
  if (sizes.length < shape.length || type !== "float32") return null;
  return new Tensor(type, new Float32Array(sizes.reduce((product, size) => product * size, 1)), sizes);
}

function fits(given: readonly number[], shape: OnnxValue["shape"]): boolean {
  return (
    given.length === shape.length &&
    shape.every((size, axis) => typeof size === "string" || size === given[axis])
  );
}

function tensorOf(type: OnnxElementType, { values, shape }: NamedTensor): Tensor {
  if (type === "float32" && values instanceof Float32Array) return new Tensor(type, values, shape);
  if (type === "int32" && values instanceof Int32Array) return new Tensor(type, values, shape);
  if (type === "int64" && values instanceof BigInt64Array) return new Tensor(type, values, shape);
  throw new Error(`broken assumption: the values of an input are of its type, ${type}`);
}
