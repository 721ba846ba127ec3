import { InferenceSession } from "onnxruntime-node";
import { encodeOnnx, type OnnxGraph } from "./onnx-file.ts";

/**
 * Compiles a graph for this machine's CPU. Threads sleep rather than spin between runs, for the server shares its cores,
 * and memory goes back to the system after each run, for our graphs are few and their arrays large. A session needs no
 * closing: it neither holds the process open nor minds being left at exit. A run blocks the thread it is called on.
 */
export function openSession(graph: OnnxGraph): Promise<InferenceSession> {
  return InferenceSession.create(encodeOnnx(graph), {
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableCpuMemArena: false,
    enableMemPattern: false,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}
