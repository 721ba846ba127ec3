import { Random } from "#base";
import { type History, historyBetween } from "#sequences";
import { type NamedTensor, onnxGraph, Program } from "#tensor";
import { encoderInputs } from "./encoder-inputs.ts";
import type { EncoderConfig } from "./encoder-network.ts";
import { newestScores } from "./fitted-encoder.ts";

/** A sequence whose next item is known and was not learned from. */
interface Question {
  readonly sequence: History;
  readonly next: number;
}

interface HeldOut {
  /** As given, the held-out items missing. */
  readonly sequences: readonly History[];
  readonly questions: readonly Question[];
}

/** Holds out the last item of `people` random sequences of three or more. */
export function holdOutLast(sequences: readonly History[], people: number, seed: number): HeldOut {
  const candidates = [...sequences.keys()].filter((row) => sequences[row]!.itemRows.length > 2);
  const chosen = new Set(Random.of(seed, "validation").shuffle(candidates).slice(0, people));
  const questions: Question[] = [];
  const kept = sequences.map((sequence, row) => {
    if (!chosen.has(row)) return sequence;
    const last = sequence.itemRows.length - 1;
    const shorter = historyBetween(sequence, 0, last);
    questions.push({ sequence: shorter, next: sequence.itemRows[last]! });
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
    this.#questions = [...questions].sort((left, right) => lengthOf(left) - lengthOf(right)); // little padding
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
      const inputs = encoderInputs(
        batch.map(({ sequence }) =>
          historyBetween(
            sequence,
            Math.max(0, sequence.itemRows.length - maxLength),
            sequence.itemRows.length,
          ),
        ),
        this.#config,
      );
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

function lengthOf({ sequence }: Question): number {
  return sequence.itemRows.length;
}

/** 1-based place of the next item among those not met before; of equals it is the last. */
function rankOf(scores: Float32Array, { sequence, next }: Question): number {
  const own = scores[next]!;
  const met = new Set(sequence.itemRows);
  if (met.has(next)) return Number.POSITIVE_INFINITY;
  let rank = 1;
  for (let item = 0; item < scores.length; item++)
    if (scores[item]! >= own && item !== next && !met.has(item)) rank++;
  return rank;
}
