/** @file The one rule for what somebody likes most: never a topic beside the one above it, which would say the same twice. */

/** A topic in its tree, and the part of what the person does that touches it. */
interface Liked {
  readonly topic: string;
  /** From the top down to the topic. */
  readonly path: readonly string[];
  readonly share: number;
}

/** The narrower topic stands for the broader one when it carries more than this part of it. */
const MOST = 0.5;

/** At most so many of the topics, those liked most first: of a branch of the tree the narrowest that carries most of what is above it. */
export function likesMost<Topic extends Liked>(topics: readonly Topic[], most: number): readonly Topic[] {
  const chosen: Topic[] = [];
  const byShare = topics.toSorted((left, right) => right.share - left.share);
  for (const topic of byShare) {
    if (chosen.some((other) => isOneBranch(other, topic))) continue;
    chosen.push(narrowestOf(topic, byShare));
  }
  return chosen.sort((left, right) => right.share - left.share).slice(0, most);
}

function narrowestOf<Topic extends Liked>(broad: Topic, byShare: readonly Topic[]): Topic {
  const below = byShare.find(
    ({ path, share }) =>
      path.length > broad.path.length && path.includes(broad.topic) && share > MOST * broad.share,
  );
  return below === undefined ? broad : narrowestOf(below, byShare);
}

function isOneBranch(left: Liked, right: Liked): boolean {
  return left.path.includes(right.topic) || right.path.includes(left.topic);
}
