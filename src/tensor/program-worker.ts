import { assert, followOrders } from "#base";
import type { SessionOptions } from "./onnx-session.ts";
import { Program } from "./program.ts";
import type { NamedTensor } from "./safetensors.ts";

/** @file A thread that runs compiled graphs: the runtime blocks whoever calls it, and a thread that serves must not be that. */

export interface CompileOrder {
  readonly compile: number;
  /** An ONNX file. */
  readonly onnx: Uint8Array;
  readonly options: SessionOptions;
}

/** The only one that is answered with anything. */
interface RunOrder {
  readonly run: number;
  readonly inputs: Readonly<Record<string, NamedTensor>>;
}

interface ReleaseOrder {
  readonly release: number;
}

export type ProgramOrder = CompileOrder | RunOrder | ReleaseOrder;

export type Outputs = Record<string, NamedTensor>;

const programs = new Map<number, Promise<Program>>();

async function compiled(program: number): Promise<Program> {
  const known = await programs.get(program);
  assert(known, "a program is compiled before it runs");
  return known;
}

followOrders<ProgramOrder, Outputs>(async (order) => {
  if ("run" in order) return (await compiled(order.run)).run(order.inputs);
  if ("release" in order) {
    const program = await compiled(order.release);
    programs.delete(order.release);
    await program.release();
  } else {
    const compiling = Program.read(order.onnx, order.options);
    programs.set(order.compile, compiling);
    await compiling;
  }
  return {};
});
