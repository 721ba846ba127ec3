/**
 * @file SASRec in naive loops and double precision, and its training by gradients from central differences: nothing here knows
 * of graphs, operators or derivatives, so nothing can be wrong in the same way as the engine.
 */

/** Parameters by the network's names, row-major. */
export type Parameters = Readonly<Record<string, Float64Array>>;

export interface ReferenceConfig {
  readonly embeddingSize: number;
  readonly blocks: number;
}

/** Sequences of item rows; each item but the first is predicted from those before it. */
export type Sequences = readonly (readonly number[])[];

/** Mean cross-entropy of the next item among all. */
export function referenceLoss(sequences: Sequences, parameters: Parameters, config: ReferenceConfig): number {
  let loss = 0;
  let predictions = 0;
  for (const sequence of sequences) {
    const hidden = referenceHidden(sequence.slice(0, -1), parameters, config);
    for (const [position, vector] of hidden.entries()) {
      const scores = rowsOf(parameters["items.embedding"]!, config.embeddingSize).map((row) =>
        dot(row, vector),
      );
      const largest = Math.max(...scores);
      const normalizer =
        largest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
      loss += normalizer - scores[sequence[position + 1]!]!;
      predictions += 1;
    }
  }
  return loss / predictions;
}

/** What the encoder makes of each position: (T, D). */
export function referenceHidden(
  items: readonly number[],
  parameters: Parameters,
  { embeddingSize, blocks }: ReferenceConfig,
): number[][] {
  const table = rowsOf(parameters["items.embedding"]!, embeddingSize);
  const places = rowsOf(parameters["positions.embedding"]!, embeddingSize);
  let x = items.map((item, t) =>
    table[item]!.map((value, k) => value * Math.sqrt(embeddingSize) + places[t]![k]!),
  );
  for (let block = 0; block < blocks; block++) {
    const of = (part: string) => (vector: readonly number[]) =>
      affine(vector, parameters, `block${block}.${part}`);
    const normed = x.map((vector) => norm(vector, parameters, `block${block}.norm1`)).map(of("attention.in"));
    const attended = normed.map((own, t) => {
      const past = normed.slice(0, t + 1);
      const weights = softmax(
        past.map((other) => dot(part(own, 0), part(other, 1)) / Math.sqrt(embeddingSize)),
      );
      return part(own, 2).map((_, k) =>
        past.reduce((sum, other, s) => sum + weights[s]! * part(other, 2)[k]!, 0),
      );
    });
    x = plus(x, attended.map(of("attention.out")));
    const inner = x.map((vector) => norm(vector, parameters, `block${block}.norm2`)).map(of("inner"));
    x = plus(x, inner.map((vector) => vector.map((value) => Math.max(0, value))).map(of("outer")));
  }
  return x.map((vector) => norm(vector, parameters, "norm"));
}

/** The loss before each of `steps` steps of Adam; changes `parameters`. */
export function trainReference(
  sequences: Sequences,
  parameters: Parameters,
  config: ReferenceConfig,
  { steps, learningRate }: { steps: number; learningRate: number },
): number[] {
  const first = mapValues(parameters, (values) => new Float64Array(values.length));
  const second = mapValues(parameters, (values) => new Float64Array(values.length));
  return Array.from({ length: steps }, (_, step) => {
    const loss = referenceLoss(sequences, parameters, config);
    const gradients = mapValues(parameters, (values) =>
      values.map((value, at) => {
        const [up, down] = [1e-5, -1e-5].map((change) => {
          values[at] = value + change;
          return referenceLoss(sequences, parameters, config);
        });
        values[at] = value;
        return (up! - down!) / 2e-5;
      }),
    );
    for (const [name, values] of Object.entries(parameters))
      for (const [at, gradient] of gradients[name]!.entries()) {
        const mean = 0.9 * first[name]![at]! + 0.1 * gradient;
        const square = 0.999 * second[name]![at]! + 0.001 * gradient ** 2;
        first[name]![at] = mean;
        second[name]![at] = square;
        const corrected = mean / (1 - 0.9 ** (step + 1));
        values[at]! -= (learningRate * corrected) / (Math.sqrt(square / (1 - 0.999 ** (step + 1))) + 1e-8);
      }
    return loss;
  });
}

function affine(vector: readonly number[], parameters: Parameters, name: string): number[] {
  const bias = parameters[`${name}.bias`]!;
  const rows = rowsOf(parameters[`${name}.weight`]!, bias.length);
  return Array.from(bias, (start, to) =>
    vector.reduce((sum, value, from) => sum + value * rows[from]![to]!, start),
  );
}

function norm(vector: readonly number[], parameters: Parameters, name: string): number[] {
  const center = vector.reduce((sum, value) => sum + value, 0) / vector.length;
  const variance = vector.reduce((sum, value) => sum + (value - center) ** 2, 0) / vector.length;
  const [gain, shift] = [parameters[`${name}.gain`]!, parameters[`${name}.shift`]!];
  return vector.map((value, k) => ((value - center) / Math.sqrt(variance + 1e-6)) * gain[k]! + shift[k]!);
}

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map(Math.exp);
  const sum = powers.reduce((left, right) => left + right, 0);
  return powers.map((power) => power / sum);
}

/** Query (0), key (1) or value (2) of a joint projection. */
function part(projected: readonly number[], which: number): readonly number[] {
  const size = projected.length / 3;
  return projected.slice(which * size, (which + 1) * size);
}

function plus(left: readonly number[][], right: readonly number[][]): number[][] {
  return left.map((vector, t) => vector.map((value, k) => value + right[t]![k]!));
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, k) => sum + value * right[k]!, 0);
}

function rowsOf(values: Float64Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ]);
}

function mapValues(parameters: Parameters, change: (values: Float64Array) => Float64Array): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, change(values)]));
}
