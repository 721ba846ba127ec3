import { assert, type Random } from "#base";
import { unitOf } from "#numeric";
import { type Matrix, matrixOf } from "#tensor";
import { type ClusterConfig, clusterVectors, medoidOf } from "./cluster-vectors.ts";
import { kMeans } from "./k-means.ts";

/** What a person engaged with: distinct items, and when. */
export interface EngagedItems {
  /** (n, D) unit vectors */
  readonly vectors: Matrix;
  /** Days since each engagement, by item. */
  readonly agesDays: readonly (readonly number[])[];
}

/** One thing that a person is sought by. */
export interface SeekingVector {
  /** Of unit length. */
  readonly vector: Float32Array;
  readonly importance: number;
}

/** How a person becomes vectors (PinnerSage, Pal et al. 2020, sections 4 and 5). */
export type Representation =
  | { readonly kind: "last-item" }
  /** One vector: the mean, each engagement weighted by `exp(-lambda age)`. */
  | { readonly kind: "decay-average"; readonly lambda: number }
  | ({ readonly kind: "clusters"; readonly by: "k-means"; readonly k: number } & Spoken)
  | ({ readonly kind: "clusters"; readonly by: "tree" } & ClusterConfig & Spoken);

interface Spoken {
  /** What stands for a cluster: its mean, or the item nearest to all of it. */
  readonly spokenBy: "centroid" | "medoid";
  /** Importance of a cluster is the sum of `exp(-lambda age)`, age in days. */
  readonly lambda: number;
}

/** The vectors a person is sought by, at least one. @param engaged at least one item */
export async function represent(
  engaged: EngagedItems,
  representation: Representation,
  random: Random,
): Promise<SeekingVector[]> {
  const { vectors, agesDays } = engaged;
  assert(vectors.rows > 0, "somebody who engaged with something");
  if (representation.kind === "last-item") {
    const ages = agesDays.map((own) => Math.min(...own));
    return [{ vector: rowOf(vectors, ages.indexOf(Math.min(...ages))), importance: 1 }];
  }
  const { lambda } = representation;
  const weights = agesDays.map((own) => own.reduce((sum, age) => sum + Math.exp(-lambda * age), 0));
  const everything = [...agesDays.keys()];
  if (representation.kind === "decay-average")
    return [{ vector: meanOf(vectors, everything, weights), importance: 1 }];
  const counts = agesDays.map((own) => own.length);
  const labels =
    representation.by === "k-means"
      ? kMeans(vectors, representation.k, random)
      : await clusterVectors(vectors, counts, representation);
  const members: number[][] = [];
  for (const [at, label] of labels.entries()) {
    members[label] ??= [];
    members[label].push(at);
  }
  return members.flatMap((own) => {
    const vector =
      representation.spokenBy === "medoid"
        ? rowOf(vectors, medoidOf(vectors, own, counts))
        : meanOf(vectors, own, counts);
    return { vector, importance: own.reduce((sum, at) => sum + weights[at]!, 0) };
  });
}

/** So many of them, drawn one after the other by importance, or all when there are no more. */
export function drawSeeking(
  seeking: readonly SeekingVector[],
  count: number,
  random: Random,
): readonly SeekingVector[] {
  const left = [...seeking];
  const drawn: SeekingVector[] = [];
  while (drawn.length < count && left.length > 0) {
    let part = random.uniform() * left.reduce((sum, { importance }) => sum + importance, 0);
    let at = 0;
    while (at < left.length - 1 && part >= left[at]!.importance) part -= left[at++]!.importance;
    drawn.push(...left.splice(at, 1));
  }
  return drawn;
}

function meanOf(vectors: Matrix, members: readonly number[], weights: readonly number[]): Float32Array {
  const sum = matrixOf(1, vectors.columns).values;
  for (const member of members) {
    const vector = rowOf(vectors, member);
    for (let at = 0; at < sum.length; at++) sum[at]! += weights[member]! * vector[at]!;
  }
  return unitOf(sum);
}

function rowOf({ values, columns }: Matrix, row: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}
