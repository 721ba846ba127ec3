import { OrderThread } from "#base";
import { encodeOnnx, type OnnxGraph } from "./onnx-file.ts";
import type { SessionOptions } from "./onnx-session.ts";
import { Program } from "./program.ts";
import type { CompileOrder, Outputs, ProgramOrder } from "./program-worker.ts";
import type { NamedTensor } from "./safetensors.ts";

/** A compiled graph, wherever it runs. */
export type Runnable = Pick<Program, "run" | "release">;

/** Compiles a graph, to run in this thread or in another. */
export type Compile = (graph: OnnxGraph, options?: SessionOptions) => Promise<Runnable>;

/** A run blocks this thread. */
export const compileHere: Compile = (graph, options) => Program.compile(graph, options);

type Inputs = Readonly<Record<string, NamedTensor>>;

interface Job {
  readonly program: number;
  readonly inputs: Inputs;
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (error: unknown) => void;
}

type ProgramThread = OrderThread<ProgramOrder, Outputs>;

/** Runs compiled graphs in threads beside this one, one at a time in each; who comes meanwhile waits in line. They start with the first graph. */
export class ProgramThreads {
  /** Those that every thread has. */
  readonly #programs = new Map<number, CompileOrder>();
  readonly #threads: readonly ProgramThread[];
  readonly #idle: ProgramThread[];
  readonly #waiting: Job[] = [];
  #compiled = 0;

  constructor(threads: number) {
    this.#threads = Array.from(
      { length: threads },
      () => new OrderThread("program-worker", {}, () => this.#programs.values()),
    );
    this.#idle = [...this.#threads];
  }

  readonly compile: Compile = async (graph, options = {}) => {
    const onnx = encodeOnnx(graph);
    const names = graph.inputs.map(({ name }) => name);
    const program = new ThreadedProgram({
      compile: () => this.#compile(onnx, options),
      run: (compiled, inputs) => this.#run(compiled, named(names, inputs)),
      release: (compiled) => this.#release(compiled),
    });
    await program.compiled();
    return program;
  };

  /** What is not answered yet rejects. */
  async close(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the threads were closed"));
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #compile(onnx: Uint8Array, options: SessionOptions): Promise<number> {
    const order: CompileOrder = { compile: this.#compiled++, onnx, options };
    const compiling = this.#threads.map((thread) => thread.ask(order));
    this.#programs.set(order.compile, order); // a thread that starts from now on hears of it by itself
    await Promise.all(compiling);
    return order.compile;
  }

  async #release(program: number): Promise<void> {
    this.#programs.delete(program);
    await Promise.all(this.#threads.map((thread) => thread.askRunning({ release: program })));
  }

  #run(program: number, inputs: Inputs): Promise<Outputs> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ program, inputs, resolve, reject });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop();
      if (!thread) return;
      void this.#work(thread, this.#waiting.shift()!); // it is not empty
    }
  }

  async #work(thread: ProgramThread, { program, inputs, resolve, reject }: Job): Promise<void> {
    await thread.ask({ run: program, inputs }).then(resolve, reject);
    this.#idle.push(thread);
    this.#assign();
  }
}

/** What else is given does not have to cross. */
function named(names: readonly string[], inputs: Inputs): Inputs {
  return Object.fromEntries(names.flatMap((name) => (inputs[name] ? [[name, inputs[name]]] : [])));
}

interface Threads {
  readonly compile: () => Promise<number>;
  readonly run: (compiled: number, inputs: Inputs) => Promise<Outputs>;
  readonly release: (compiled: number) => Promise<void>;
}

class ThreadedProgram implements Runnable {
  readonly #threads: Threads;
  readonly #runs = new Set<Promise<Outputs>>();
  /** Absent while it is released. */
  #compiled: Promise<number> | undefined;

  constructor(threads: Threads) {
    this.#threads = threads;
  }

  compiled(): Promise<number> {
    this.#compiled ??= this.#threads.compile();
    return this.#compiled;
  }

  async run(inputs: Inputs): Promise<Outputs> {
    const running = this.compiled().then((compiled) => this.#threads.run(compiled, inputs));
    this.#runs.add(running);
    return running.finally(() => this.#runs.delete(running));
  }

  async release(): Promise<void> {
    const compiled = this.#compiled;
    this.#compiled = undefined;
    await Promise.allSettled(this.#runs);
    if (compiled) await this.#threads.release(await compiled);
  }
}
