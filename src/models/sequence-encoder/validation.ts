import { Random } from "#base";
import { type NamedTensor, onnxGraph, Program } from "#tensor";
import type { EncoderConfig } from "./encoder-network.ts";
import { encoderInputs, newestScores } from "./fitted-encoder.ts";

/** A sequence whose next item is known and was not learned from. */
interface Question {
  readonly sequence: Int32Array;
  readonly next: number;
}

interface HeldOut {
  /** As given, the held-out items missing. */
  readonly sequences: readonly Int32Array[];
  readonly questions: readonly Question[];
}

/** Holds out the last item of `people` random sequences of three or more. */
export function holdOutLast(sequences: readonly Int32Array[], people: number, seed: number): HeldOut {
  const candidates = [...sequences.keys()].filter((row) => sequences[row]!.length > 2);
  const chosen = new Set(Random.of(seed, "validation").shuffle(candidates).slice(0, people));
  const questions: Question[] = [];
  const kept = sequences.map((sequence, row) => {
    if (!chosen.has(row)) return sequence;
    const shorter = sequence.subarray(0, -1);
    questions.push({ sequence: shorter, next: sequence.at(-1)! });
    return shorter;
  });
  return { sequences: kept, questions };
}

/** Measures weights by the questions. */
export class Validation {
  readonly #questions: readonly Question[];
  readonly #config: EncoderConfig;
  readonly #program: Program;

  private constructor(questions: readonly Question[], config: EncoderConfig, program: Program) {
    this.#questions = [...questions].sort((left, right) => left.sequence.length - right.sequence.length);
    this.#config = config;
    this.#program = program;
  }

  static async create(
    questions: readonly Question[],
    config: EncoderConfig,
    threads?: number,
  ): Promise<Validation> {
    const graph = onnxGraph("validate", { scores: newestScores(config) });
    return new Validation(questions, config, await Program.compile(graph, threads ? { threads } : {}));
  }

  /** Mean NDCG@10 of the next items among all that the person had not met; 0 without questions. */
  async ndcgAt10(weights: Readonly<Record<string, NamedTensor>>): Promise<number> {
    const { items, maxLength } = this.#config;
    let sum = 0;
    for (let start = 0; start < this.#questions.length; start += BATCH) {
      const batch = this.#questions.slice(start, start + BATCH);
      const inputs = encoderInputs(batch.map(({ sequence }) => sequence.slice(-maxLength)));
      const { scores } = await this.#program.run({ ...inputs, ...weights });
      const values = scores!.values as Float32Array; // what the graph says
      for (const [row, question] of batch.entries()) {
        const rank = rankOf(values.subarray(row * items, (row + 1) * items), question);
        if (rank <= 10) sum += 1 / Math.log2(rank + 1);
      }
    }
    return this.#questions.length === 0 ? 0 : sum / this.#questions.length;
  }
}

const BATCH = 64;

/** 1-based place of the next item among those not met before; of equals it is the last. */
function rankOf(scores: Float32Array, { sequence, next }: Question): number {
  const own = scores[next]!;
  const met = new Set(sequence);
  if (met.has(next)) return Number.POSITIVE_INFINITY;
  let rank = 1;
  for (let item = 0; item < scores.length; item++)
    if (scores[item]! >= own && item !== next && !met.has(item)) rank++;
  return rank;
}
