import { decodeSafetensors, encodeSafetensors, type NamedTensor, type Trainer } from "#tensor";
import type { LearningPoint } from "../model.ts";

export type Weights = Readonly<Record<string, NamedTensor>>;

/** What a learning run knows between two passes: the trainer, the weights that did best so far, and how it went. */
export class LearningState {
  /** A point for every pass done. */
  curve: LearningPoint[] = [];
  readonly #trainer: Trainer;
  /** What the run is: a checkpoint of another one is left aside. */
  readonly #run: string;
  #best: Weights | undefined;
  #bestScore = Number.NEGATIVE_INFINITY;
  #bestEpoch = 0;

  constructor(trainer: Trainer, run: string) {
    this.#trainer = trainer;
    this.#run = run;
  }

  /** Undefined before anything was measured. */
  get best(): Weights | undefined {
    return this.#best;
  }

  /** Counted from 1; 0 before anything was measured. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  /** The trainer's weights scored `score`, higher is better. */
  remember(epoch: number, score: number): void {
    if (score <= this.#bestScore) return;
    this.#bestScore = score;
    this.#bestEpoch = epoch;
    this.#best = mapTensors(this.#trainer.averagedWeights, ({ shape, values }) => ({
      shape,
      values: values.slice(),
    }));
  }

  checkpoint(): Uint8Array {
    const { tensors, metadata } = decodeSafetensors(this.#trainer.checkpoint());
    return encodeSafetensors({
      tensors: { ...tensors, ...renamed(this.#best ?? {}, (name) => `${BEST}${name}`) },
      metadata: {
        ...metadata,
        run: this.#run,
        bestScore: String(this.#bestScore),
        bestEpoch: String(this.#bestEpoch),
        curve: JSON.stringify(this.curve),
      },
    });
  }

  /**
   * Goes on from a checkpoint, when it is of this run.
   * @throws PlatformError `data-damaged`
   */
  restore(checkpoint: Uint8Array): void {
    const { tensors, metadata } = decodeSafetensors(checkpoint);
    if (metadata["run"] !== this.#run) return;
    this.#trainer.restore(checkpoint);
    this.curve = JSON.parse(metadata["curve"] ?? "[]") as LearningPoint[]; // as this class wrote it
    const best = Object.entries(tensors).filter(([name]) => name.startsWith(BEST));
    if (best.length === 0) return;
    this.#best = renamed(Object.fromEntries(best), (name) => name.slice(BEST.length));
    this.#bestScore = Number(metadata["bestScore"]);
    this.#bestEpoch = Number(metadata["bestEpoch"]);
  }
}

const BEST = "best.";

function renamed(tensors: Weights, rename: (name: string) => string): Weights {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));
}

function mapTensors(tensors: Weights, change: (tensor: NamedTensor) => NamedTensor): Weights {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
