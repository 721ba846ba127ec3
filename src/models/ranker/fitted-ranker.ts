import { assert } from "#base";
import { type Condition, type History, historyAt, type ItemContent } from "#sequences";
import { type NamedTensor, onnxGraph, Program } from "#tensor";
import type { CandidateRanker, RankMoment } from "../candidate-ranker.ts";
import type { FittedModel, ItemContents, ModelConfig } from "../model.ts";
import { writeModelFile } from "../model-file.ts";
import type { ContentPart } from "../sequence-encoder/content-bags.ts";
import type { Description } from "../sequence-encoder/content-vocabulary.ts";
import { EncoderItems } from "../sequence-encoder/encoder-items.ts";
import { windowOf, windowPositions } from "../sequence-encoder/window.ts";
import { cosinesTo } from "../vector-encoder.ts";
import type { Calibration } from "./calibration.ts";
import { type ConditionMeanings, NOTHING_SAID } from "./condition-meanings.ts";
import type { ContentLikeness } from "./content-likeness.ts";
import { type FactScale, scaleFacts, writeFacts } from "./facts.ts";
import { chooseRows, type RowChoice } from "./history-rows.ts";
import type { ItemStatistics } from "./item-statistics.ts";
import type { AskedFeatures } from "./lesson.ts";
import { type RankerRow, rankerInputs, vectorsOf } from "./ranker-batch.ts";
import { answeringNetwork, type RankerShape } from "./ranker-network.ts";

type Inputs = Record<string, NamedTensor>;

/** Everything a ranker knows. */
export interface RankerParts {
  readonly name: string;
  readonly config: ModelConfig;
  readonly shape: RankerShape;
  readonly rows: Omit<RowChoice, "isKnown" | "likeness">;
  /** What items are described by, where older acts are looked for or lists are about something. */
  readonly likeness: ContentLikeness | undefined;
  /** What lists are about, where it is told and items are described. */
  readonly meanings: ConditionMeanings | undefined;
  readonly heads: readonly string[];
  /** (H) */
  readonly strengths: Float32Array;
  readonly weights: Readonly<Record<string, NamedTensor>>;
  /** (items + 1, D), the last row for no item. */
  readonly table: Float32Array;
  /** What descriptions mean, where it was learned. */
  readonly part: ContentPart | undefined;
  /** Declared features it reads. */
  readonly declared: Pick<AskedFeatures, "names" | "version"> | undefined;
  /** Models that it asks about candidates. */
  readonly retrievers: readonly string[];
  readonly calibration: readonly Calibration[];
  readonly scale: FactScale;
  readonly statistics: ItemStatistics;
  /** (items) how much each item was engaged with: the order for those of whom nothing is known. */
  readonly counts: Float32Array;
}

/** Candidates that are ranked at once when all items are. */
const AT_ONCE = 4096;

/** Newest acts of which an explanation says what each adds: every one of them is a history to be read without it. */
const EXPLAINED = 100;
/** Histories read at once for that. */
const ROWS_AT_ONCE = 32;

/** Row of no item. */
const NONE = -1;

/** A trained ranker. Its score of an item is what the person is likely to do with it, each action counting by its strength. */
export class FittedRanker implements FittedModel, CandidateRanker {
  readonly #parts: RankerParts;
  readonly strengths: Readonly<Record<string, number>>;
  readonly #items: EncoderItems;
  readonly #nothing: Float32Array;
  readonly #likeness: ContentLikeness | undefined;
  readonly #programs: Programs;

  /** `programs`: of the same parts over another catalogue. */
  constructor(parts: RankerParts, catalogue?: ItemContents, programs = new Programs(parts)) {
    this.#parts = parts;
    this.#programs = programs;
    const { table, part, shape } = parts;
    const learned = table.subarray(0, shape.items * shape.embeddingSize);
    this.#items = new EncoderItems(
      { width: shape.embeddingSize, input: learned, isCosine: false, content: part },
      catalogue,
    );
    this.#nothing = table.subarray(learned.length);
    this.#likeness = overLater(parts, catalogue);
    this.strengths = Object.fromEntries(parts.heads.map((head, at) => [head, parts.strengths[at]!]));
  }

  get name(): string {
    return this.#parts.name;
  }

  get config(): ModelConfig {
    return this.#parts.config;
  }

  get itemCount(): number {
    return this.#items.count;
  }

  over(catalogue: ItemContents): FittedRanker {
    return new FittedRanker(this.#parts, catalogue, this.#programs);
  }

  get heads(): readonly string[] {
    return this.#parts.heads;
  }

  get declared(): CandidateRanker["declared"] {
    return this.#parts.declared;
  }

  get retrievers(): readonly string[] {
    return this.#parts.retrievers;
  }

  get readsConditions(): boolean {
    return this.#parts.shape.conditions;
  }

  get ranker(): CandidateRanker {
    return this;
  }

  async rank(acts: History, candidates: ArrayLike<number>, moment: RankMoment): Promise<Float32Array> {
    const H = this.heads.length;
    const probabilities = new Float32Array(candidates.length * H);
    if (candidates.length === 0) return probabilities;
    const program = await this.#programs.answering();
    const asked = this.#rowOf(acts, candidates, moment); // as things are now: the catalogue may grow meanwhile
    const { logits } = await program.run(this.#inputsOf([asked]));
    const values = logits!.values as Float32Array; // as the graph says
    for (let row = 0; row < candidates.length; row++)
      for (let head = 0; head < H; head++) {
        const at = row * H + head;
        const { slope, offset } = this.#parts.calibration[head]!;
        const isRanked = asked.candidates[row] !== NONE;
        probabilities[at] = isRanked ? 1 / (1 + Math.exp(-(slope * values[at]! + offset))) : Number.NaN;
      }
    return probabilities;
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const V = this.itemCount;
    const H = this.heads.length;
    const scores = new Float32Array(histories.length * V);
    for (const [row, history] of histories.entries()) {
      if (!this.#knows(history)) {
        scores.set(this.#parts.counts, row * V);
        continue;
      }
      const acts = windowOf(history, this.#isKnown, Number.POSITIVE_INFINITY);
      for (let from = 0; from < V; from += AT_ONCE) {
        const candidates = Uint32Array.from({ length: Math.min(AT_ONCE, V - from) }, (_, at) => from + at);
        const probabilities = await this.rank(acts, candidates, momentAfter(acts));
        for (let at = 0; at < probabilities.length; at++)
          scores[row * V + from + Math.floor(at / H)]! += probabilities[at]! * this.#parts.strengths[at % H]!;
        for (let item = Math.max(from, this.#items.learnedCount); item < from + candidates.length; item++)
          if (this.#items.isUnknown(item)) scores[row * V + item] = Number.NEGATIVE_INFINITY;
      }
    }
    return scores;
  }

  /** What the score loses in log-odds when an act is not read. Not by its gradient: rows are normed, so one that grows changes nothing. */
  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    if (this.#parts.shape.fusion === "none" || !this.#knows(history)) return parts;
    const positions = windowPositions(history, this.#isKnown, Number.POSITIVE_INFINITY);
    const acts = historyAt(history, positions);
    const all = this.#rowOf(acts, [itemRow], momentAfter(acts));
    const held = all.places.slice(0, EXPLAINED);
    const others = held.map((place) => ({ ...all, places: all.places.filter((other) => other !== place) }));
    const [score, ...without] = await this.#scoresOf([all, ...others]);
    for (const [at, place] of held.entries()) parts[positions[place]!] = score! - without[at]!;
    return parts;
  }

  /** Log-odds of the first candidate of each row, each action counting by its strength. */
  async #scoresOf(rows: readonly AnsweredRow[]): Promise<number[]> {
    const program = await this.#programs.answering();
    const scores: number[] = [];
    const H = this.heads.length;
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const { logits } = await program.run(this.#inputsOf(rows.slice(from, from + ROWS_AT_ONCE)));
      const values = logits!.values as Float32Array; // as the graph says
      for (let at = 0; at < values.length; at += H)
        scores.push(
          this.#parts.strengths.reduce((sum, strength, head) => sum + strength * values[at + head]!, 0),
        );
    }
    return scores;
  }

  /** Cosine of what the items are to the network. */
  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    return cosinesTo(itemRow, this.#items.unit(), this.#parts.shape.embeddingSize);
  }

  serialize(): Uint8Array {
    const { weights, table, part, shape, calibration, scale, statistics, counts, strengths } = this.#parts;
    const { likeness, meanings, rows } = this.#parts;
    const known = statistics.columns();
    const flat = (values: Float32Array): NamedTensor => ({ shape: [values.length], values });
    const codes = rows.codes ? [...rows.codes] : [];
    return writeModelFile(
      this.name,
      this.config,
      {
        ...weights,
        table: { shape: [shape.items + 1, shape.embeddingSize], values: table },
        calibration: flat(Float32Array.from(calibration.flatMap(({ slope, offset }) => [slope, offset]))),
        fact_means: flat(scale.means),
        fact_factors: flat(scale.factors),
        shown: flat(known.shown),
        acts: flat(known.counts),
        recent: flat(known.recent),
        first_day: flat(known.firstDay),
        as_of_day: flat(Float32Array.of(known.asOfDay)),
        code_counts: flat(Float32Array.of(shape.actions, shape.surfaces)),
        read_codes: flat(Float32Array.from(codes)),
        ...part?.tensors,
        ...likeness?.tensors,
        ...meanings?.tensors,
        counts: flat(counts),
        strengths: flat(strengths),
      },
      {
        heads: JSON.stringify(this.heads),
        ...(this.declared && { features: this.declared.version }),
        ...(shape.conditions && { conditions: "read" }),
      },
    );
  }

  release(): Promise<void> {
    return this.#programs.release();
  }

  /** Was there at the fit, or came later and is described by something that learning met. */
  readonly #isKnown = (item: number): boolean =>
    item < this.#items.learnedCount || (item < this.itemCount && !this.#items.isUnknown(item));

  get #choice(): RowChoice {
    return { ...this.#parts.rows, likeness: this.#likeness, isKnown: this.#isKnown };
  }

  #knows({ itemRows }: History): boolean {
    const { learnedCount } = this.#items;
    return itemRows.some((item) =>
      item < learnedCount ? this.#parts.counts[item]! > 0 : this.#isKnown(item),
    );
  }

  #rowOf(
    acts: History,
    candidates: ArrayLike<number>,
    { timeMs, surface, features, scores, condition }: RankMoment,
  ): AnsweredRow {
    const { shape, statistics, scale } = this.#parts;
    const { conditions } = shape;
    const before = acts.itemRows.length;
    const facts = new Float32Array(candidates.length * shape.facts);
    const declared = this.declared?.names.length ?? 0;
    const beside = { declared, retrievers: this.retrievers.length, conditions };
    const about = condition && conditions ? this.#describe(condition) : undefined;
    writeFacts(
      { timeMs, acts, before, candidates, features, scores, about },
      { statistics, likeness: this.#likeness, ...beside },
      facts,
      0,
    );
    scaleFacts(facts, scale);
    const known = new Int32Array(candidates.length);
    for (let at = 0; at < known.length; at++)
      known[at] = this.#isKnown(candidates[at]!) ? candidates[at]! : NONE;
    const places = chooseRows(acts, before, known, this.#choice);
    const aboutVector = about ? this.#vectorOf(condition!, about) : this.#nothing;
    return { acts, places, timeMs, surface, candidates: known, facts, about: NONE, aboutVector };
  }

  #describe(condition: Condition): Description {
    return this.#parts.meanings?.of(condition, (item) => this.#likeness?.at(item)) ?? NOTHING_SAID;
  }

  /** An item that a list is about is itself; anything else no item, with what is said of it. */
  #vectorOf(condition: Condition, about: Description): Float32Array {
    if (condition.kind === "item" && this.#isKnown(condition.itemRow))
      return this.#items.inputOf(condition.itemRow);
    const vector = this.#nothing.slice();
    this.#parts.part?.addTo(vector, about);
    return vector;
  }

  #inputsOf(rows: readonly AnsweredRow[]): Inputs {
    const { shape } = this.#parts;
    const abouts = new Float32Array(rows.length * shape.embeddingSize);
    for (const [row, { aboutVector }] of rows.entries()) abouts.set(aboutVector, row * shape.embeddingSize);
    const inputs = rankerInputs(rows, shape, NONE);
    const place = (item: number, into: Float32Array, at: number): void => {
      if (item === NONE) into.set(this.#nothing, at);
      else this.#items.copyInput(item, into, at);
    };
    return {
      ...inputs,
      actVectors: vectorsOf(inputs["items"]!, place, shape.embeddingSize),
      candidateVectors: vectorsOf(inputs["candidates"]!, place, shape.embeddingSize),
      aboutVectors: { shape: [rows.length, 1, shape.embeddingSize], values: abouts },
    };
  }
}

/** A request with what its list is about as the network takes it in, (D). */
interface AnsweredRow extends RankerRow {
  readonly aboutVector: Float32Array;
}

/** What items are described by, those too that a catalogue gained after the fit. */
function overLater(
  { likeness, part }: Pick<RankerParts, "likeness" | "part">,
  catalogue: ItemContents | undefined,
): ContentLikeness | undefined {
  if (!catalogue || !part) return likeness;
  const known = new WeakMap<ItemContent, Description>();
  return likeness?.over((item) => {
    if (item >= catalogue.itemCount) return undefined;
    const content = catalogue.at(item);
    const said = known.get(content) ?? part.vocabulary.describe(content);
    known.set(content, said);
    return said;
  });
}

/** The network compiled when it is first asked for. Items come in as vectors, so that one program serves every catalogue. */
class Programs {
  readonly #parts: RankerParts;
  #answering: Promise<Program> | undefined;

  constructor(parts: RankerParts) {
    this.#parts = parts;
  }

  answering(): Promise<Program> {
    this.#answering ??= this.#compileAnswering();
    return this.#answering;
  }

  async release(): Promise<void> {
    await (await this.#answering)?.release();
  }

  #compileAnswering(): Promise<Program> {
    const { shape, weights } = this.#parts;
    const { logits } = answeringNetwork(shape);
    return Program.compile(onnxGraph("rank", { logits }, weights), { keepsMemory: true, threads: 1 });
  }
}

/** Right after the newest act, on no surface in particular. */
function momentAfter({ timestampsMs }: History): RankMoment {
  return { timeMs: timestampsMs?.at(-1) ?? 0, surface: 0 };
}
