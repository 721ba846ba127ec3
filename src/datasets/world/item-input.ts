import type { ItemInput } from "#api";
import { Random } from "#base";
import { unitOf } from "#numeric";
import type { Catalogue } from "./catalogue.ts";
import { pick, unitVectorNear } from "./distributions.ts";
import { drawTitle } from "./titles.ts";
import type { TopicTree } from "./topics.ts";
import type { WorldConfig } from "./world-config.ts";

/**
 * @file What the platform is told of an item: title, topic names as tags, format and site, birth, and a content vector as
 * an encoder would give it: `cos * truth + sqrt(1 - cos^2) * noise` with cos about 0.7. Quality, popularity and the shares
 * of a mix are never told.
 */

/** The public face of item `row`. */
export function itemInput(
  config: WorldConfig,
  topics: TopicTree,
  catalogue: Catalogue,
  row: number,
): ItemInput {
  const random = Random.of(config.seed, `item/${row}/public`);
  const main = topics.leaves[catalogue.mainLeaves[row]!]!;
  const isMixed = catalogue.mainLeaves[row] !== catalogue.secondLeaves[row];
  const second = isMixed ? topics.leaves[catalogue.secondLeaves[row]!]! : undefined;
  const { vectorCosine, vectorCosineSpread } = config.items;
  const cosine = Math.min(1, Math.max(0, vectorCosine + vectorCosineSpread * random.normal()));
  const vector = unitVectorNear(random, itemDirection(topics, catalogue, row), cosine);
  return {
    itemId: itemIdOf(row),
    title: drawTitle(random, main, second),
    tags: [...new Set([...main.path, ...(second?.path ?? [])])],
    attributes: { format: pick(random, formats), site: pick(random, sites) },
    vector: Array.from(vector, (value) => Math.round(value * 1e4) / 1e4),
    createdAt: new Date(catalogue.bornMs[row]!).toISOString(),
  };
}

/** `i-00042`: the rank by birth, from 1. */
export function itemIdOf(row: number): string {
  return `i-${String(row + 1).padStart(5, "0")}`;
}

/** The true content of an item: the mix of its leaves' directions, a unit vector. */
export function itemDirection(topics: TopicTree, catalogue: Catalogue, row: number): Float32Array {
  const main = topics.directions[catalogue.mainLeaves[row]!]!;
  const second = topics.directions[catalogue.secondLeaves[row]!]!;
  const share = catalogue.mainShares[row]!;
  return unitOf(main.map((value, position) => share * value + (1 - share) * second[position]!));
}

const formats = ["photo", "photo", "photo", "article", "article", "video", "gallery"] as const;

/** Invented names under the reserved top-level domain of RFC 2606. */
const sites = [
  "slowmade.example",
  "thegoodbench.example",
  "hearthandthread.example",
  "fieldnotes.example",
  "onepotlife.example",
  "littleatelier.example",
  "northlight.example",
  "saltandstem.example",
  "weekendworks.example",
  "paperlantern.example",
  "openporch.example",
  "tinyworkshop.example",
] as const;
