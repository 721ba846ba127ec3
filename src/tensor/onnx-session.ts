import { InferenceSession } from "onnxruntime-node";
import { assert, PlatformError } from "#base";
import { encodeOnnx, type OnnxGraph } from "./onnx-file.ts";

/** Where a graph runs. `cuda` needs a build of the runtime that has it, `webgpu` a graphics driver (Vulkan, Metal, D3D12). */
export type ExecutionProvider = "cpu" | "webgpu" | "cuda";

export interface SessionOptions {
  readonly provider?: ExecutionProvider;
  /** Threads of one run; as many as the machine has cores when absent. */
  readonly threads?: number;
  /**
   * Memory of a run is kept for the next one rather than given back: worth it for a graph that runs again and again, such as
   * a training step.
   */
  readonly keepsMemory?: boolean;
}

/**
 * Compiles a graph, or the bytes of an ONNX file. Threads sleep rather than spin between runs, for the server shares its cores. A session needs no closing:
 * it neither holds the process open nor minds being left at exit. A run blocks the thread it is called on.
 * @throws PlatformError `invalid-config` when the machine has no such provider
 */
export async function openSession(
  graph: OnnxGraph | Uint8Array,
  options: SessionOptions = {},
): Promise<InferenceSession> {
  const { provider = "cpu", threads, keepsMemory = false } = options;
  assert(threads === undefined || (Number.isInteger(threads) && threads > 0), "threads are a whole number");
  const created = InferenceSession.create(graph instanceof Uint8Array ? graph : encodeOnnx(graph), {
    executionProviders: [provider],
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableCpuMemArena: keepsMemory,
    enableMemPattern: keepsMemory,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(provider === "cpu" ? {} : { logSeverityLevel: 4 }), // what it would log, the error below says
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  if (provider === "cpu") return created;
  return created.catch((cause: unknown) => {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
    throw new PlatformError(
      "invalid-config",
      `The execution provider "${provider}" does not work on this machine; use "cpu". The runtime says: ${reason}`,
      { cause },
    );
  });
}
