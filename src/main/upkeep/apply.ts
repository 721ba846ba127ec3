import type { Worker } from "node:worker_threads";
import { PlatformError, type ProgressListener, startThread } from "#base";
import type { NamedAction } from "#declarations";
import { type EventLog, OffsetGate, type StateStore } from "#storage";
import type { AppliedFeatures } from "../folder/data-folder.ts";
import type { ApplyMessage, ApplyOrder, ApplyTask } from "./apply-worker.ts";

export interface BackgroundApplierParts {
  readonly folder: string;
  readonly log: EventLog;
  /** This thread's view of the state the worker writes. */
  readonly state: StateStore;
  /** The declared actions. */
  readonly declared: readonly NamedAction[];
  readonly features: AppliedFeatures;
  /** As `state` is open. */
  readonly survivesMachine: boolean;
  readonly progress: ProgressListener;
  readonly onNotice: (message: string) => void;
}

/** The serving thread's end of the applier: tells the worker how far the log is, and waits for it to be applied. */
export class BackgroundApplier {
  readonly #parts: BackgroundApplierParts;
  readonly #worker: Worker;
  readonly #gates: OffsetGate[];
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  readonly #listeners: ((partition: number, offset: number) => void)[] = [];
  #fault: string | undefined;
  #newestMs = 0;
  #isOpen = false;
  #isGone = false;
  /** Those who wait for state to be on disk. */
  #flushes: ((isOnDisk: boolean) => void)[] = [];
  /** Whoever waits for the worker to say that it is paused, or level again. */
  #answer: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(parts: BackgroundApplierParts) {
    this.#parts = parts;
    const { folder, log, declared, features, survivesMachine } = parts;
    this.#gates = Array.from({ length: log.partitionCount }, () => new OffsetGate(0));
    const { partitionCount } = log;
    const task: ApplyTask = { folder, partitionCount, declared, features, survivesMachine };
    this.#worker = startThread("apply-worker", task);
    this.#ended = new Promise((ended) => this.#worker.once("exit", () => ended()));
  }

  /** Resolves when state is level with the log. @throws PlatformError `data-damaged` */
  static async start(parts: BackgroundApplierParts): Promise<BackgroundApplier> {
    const applier = new BackgroundApplier(parts);
    applier.#listen();
    await applier.#answered();
    applier.#isOpen = true;
    for (const [partition, gate] of applier.#gates.entries()) {
      gate.advance(parts.log.end(partition));
      void applier.#announce(partition);
    }
    return applier;
  }

  /**
   * Resolves when every record of the partition before `offset` shows in later reads of this thread; rejects while they cannot be
   * applied: they are stored, and show when they can.
   * @throws PlatformError `not-ready`
   */
  readonly applied = (partition: number, offset: number): Promise<void> => {
    const gate = this.#gates[partition]!;
    return this.#fault !== undefined && gate.offset < offset
      ? Promise.reject(this.#notApplied(this.#fault))
      : gate.reached(offset);
  };

  /** Tells the listener whenever reads of this thread show everything of a partition before an offset. */
  onApplied(listener: (partition: number, offset: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Per partition, the offset before which everything shows. */
  appliedOffsets(): number[] {
    return this.#gates.map((gate) => gate.offset);
  }

  /** Per partition, the offset before which everything is in the state on disk; zeros when it cannot be had there. */
  async durableOffsets(): Promise<readonly number[]> {
    const offsets = this.appliedOffsets();
    this.#order({ kind: "flush" });
    const flushed = new Promise<boolean>((resolve) => this.#flushes.push(resolve));
    const isFlushed = await Promise.race([flushed, this.#ended.then(() => false)]);
    return isFlushed ? offsets : offsets.map(() => 0);
  }

  /** The log has dropped what is before. */
  drop(partition: number, offset: number): void {
    this.#order({ kind: "drop", partition, offset });
  }

  /** Records of users in the log that state does not show yet. */
  lag(): number {
    return this.#gates.reduce(
      (sum, gate, partition) => (partition === 0 ? sum : sum + this.#parts.log.end(partition) - gate.offset),
      0,
    );
  }

  /** What keeps events from being applied; `undefined` when nothing does. */
  fault(): string | undefined {
    return this.#fault;
  }

  /** Time of the newest event in the state when it was opened, ms. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** Lets go of the state and of the log's files until resumed; appends go on, and wait to be applied. */
  async pause(): Promise<void> {
    this.#order({ kind: "pause" });
    await this.#answered();
  }

  /** Goes on where it was; resolves when state is level with what the log had meanwhile. */
  async resume(): Promise<void> {
    this.#order({ kind: "resume" });
    await this.#answered();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#order({ kind: "stop" });
    await this.#ended;
  }

  #order(order: ApplyOrder): void {
    this.#worker.postMessage(order);
  }

  #answered(): Promise<void> {
    if (this.#isGone) return Promise.reject(new Error(this.#fault));
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
    });
  }

  #listen(): void {
    this.#worker.on("message", (message: ApplyMessage) => this.#hear(message));
    this.#worker.once("error", (error) => this.#giveUp(String(error)));
    void this.#ended.then(() => this.#giveUp("the applying thread has ended"));
  }

  #hear(message: ApplyMessage): void {
    const { progress, state, onNotice } = this.#parts;
    if (message.kind === "ready") {
      this.#newestMs = message.newestMs;
      this.#fault = undefined;
    }
    if (message.kind === "ready" || message.kind === "paused") this.#answer?.resolve();
    if (message.kind === "flushed") this.#flushes.shift()?.(message.isOnDisk);
    if (message.kind === "failed") {
      const { code, message: text } = message;
      this.#fault = `events cannot be applied: ${text}`;
      this.#answer?.reject(code ? new PlatformError(code, text) : new Error(text));
    }
    if (message.kind === "progress" && !this.#isOpen)
      progress({ stage: "reading the log", done: message.done, total: message.total });
    if (message.kind === "trouble") {
      const fault = `events cannot be applied: ${message.message}`;
      if (fault !== this.#fault) onNotice(`${fault}; it is tried again`);
      this.#fault = fault;
      for (const gate of this.#gates) gate.sendAway(this.#notApplied(fault));
    }
    if (message.kind === "applied") {
      this.#fault = undefined;
      state.refresh();
      this.#gates[message.partition]!.advance(message.offset);
      for (const listener of this.#listeners) listener(message.partition, message.offset);
    }
  }

  #giveUp(reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const fault = `${reason}; the server must be restarted`;
    this.#fault = fault;
    this.#answer?.reject(new Error(fault));
    for (const gate of this.#gates) gate.close(this.#notApplied(fault));
  }

  #notApplied(fault: string): PlatformError {
    return new PlatformError(
      "not-ready",
      `${fault}; send the same again, what is stored is not stored twice`,
    );
  }

  /** Tells the worker of every new end of a partition. */
  async #announce(partition: number): Promise<void> {
    const { log } = this.#parts;
    let told = log.end(partition);
    try {
      for (;;) {
        await log.waitBeyond(partition, told, this.#abort.signal);
        told = log.end(partition);
        this.#order({ kind: "extend", partition, end: told });
      }
    } catch {
      // The log is closing, and so is this.
    }
  }
}
