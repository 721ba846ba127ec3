import { assert, Random } from "#base";
import { dot } from "#numeric";
import { logNormal, unitVector, unitVectorNear } from "./distributions.ts";
import { topicNames } from "./topic-names.ts";
import type { TopicsConfig } from "./world-config.ts";

/**
 * @file The topic tree and its geometry. A top-level topic is a random direction; a child lies at a fixed cosine to its
 * parent, otherwise anywhere: leaves of one middle topic are close (`leafCosine^2`), leaves of two top-level topics nearly
 * orthogonal. Names are public (they are the tags of items); directions, demand and kernel are truth.
 */
export interface TopicTree {
  readonly topNames: readonly string[];
  readonly middleNames: readonly string[];
  readonly leaves: readonly Leaf[];
  /** Top-level topic -> its leaves, in order. */
  readonly leavesOfTop: readonly (readonly number[])[];
  /** Middle topic -> its leaves, in order. */
  readonly leavesOfMiddle: readonly (readonly number[])[];
  /** Leaf -> unit vector of `embeddingSize` numbers. */
  readonly directions: readonly Float32Array[];
  /** (leaves) how much the population wants each leaf, and how much is made about it; mean about 1. */
  readonly demand: Float64Array;
  /** (leaves, leaves) row-major: how far an interest in one leaf reaches another, 1 on the diagonal. */
  readonly kernel: Float32Array;
}

export interface Leaf {
  readonly top: number;
  readonly middle: number;
  /** Names from the top down. */
  readonly path: readonly [top: string, middle: string, leaf: string];
}

/** Grows the tree of `topic-names.ts` in the latent space. O(leaves^2) for the kernel. */
export function growTopics(seed: number, config: TopicsConfig): TopicTree {
  const leaves: Leaf[] = [];
  const directions: Float32Array[] = [];
  const topNames = Object.keys(topicNames);
  const middleNames: string[] = [];
  const leavesOfMiddle: number[][] = [];
  const leavesOfTop = topNames.map((topName, top) => {
    const first = leaves.length;
    const topDirection = unitVector(Random.of(seed, `topic/${topName}`), config.embeddingSize);
    for (const [middleName, leafNames] of Object.entries(topicNames[topName]!)) {
      const middle = middleNames.push(middleName) - 1;
      const own: number[] = [];
      const random = Random.of(seed, `topic/${topName}/${middleName}`);
      const middleDirection = unitVectorNear(random, topDirection, config.middleCosine);
      for (const leafName of leafNames.split(", ")) {
        own.push(leaves.push({ top, middle, path: [topName, middleName, leafName] }) - 1);
        directions.push(unitVectorNear(random, middleDirection, config.leafCosine));
      }
      leavesOfMiddle.push(own);
    }
    return Array.from({ length: leaves.length - first }, (_, position) => first + position);
  });
  return {
    topNames,
    middleNames,
    leaves,
    leavesOfTop,
    leavesOfMiddle,
    directions,
    demand: drawDemand(seed, leaves, config.demandSigma),
    kernel: kernelOf(directions, config.kernelPower),
  };
}

/** Demand = (love of the top-level topic) x (love of the leaf), both log-normal; the first with half the sigma. */
function drawDemand(seed: number, leaves: readonly Leaf[], sigma: number): Float64Array {
  return Float64Array.from(leaves, ({ path }) => {
    const ofTop = logNormal(Random.of(seed, `demand/${path[0]}`), sigma / 2);
    return ofTop * logNormal(Random.of(seed, `demand/${path.join("/")}`), sigma);
  });
}

function kernelOf(directions: readonly Float32Array[], power: number): Float32Array {
  const size = directions.length;
  const kernel = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    kernel[row * size + row] = 1;
    for (let column = 0; column < row; column++) {
      const reach = Math.max(0, dot(directions[row]!, directions[column]!)) ** power;
      kernel[row * size + column] = reach;
      kernel[column * size + row] = reach;
    }
  }
  assert(kernel.every(Number.isFinite), "the kernel is finite");
  return kernel;
}
