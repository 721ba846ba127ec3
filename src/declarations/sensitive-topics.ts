/**
 * @file Topics that nothing is inferred about unless an application says so: the special categories of personal data of the GDPR
 * (article 9) and what people are commonly hurt by. A tag is sensitive when one of these stands in it as a word.
 */
export interface TopicPolicy {
  /** Tags that are sensitive in this application beside the built-in ones. */
  readonly sensitive?: readonly string[];
  /** Tags that are not, or that people agreed to: shown like any other. */
  readonly allowed?: readonly string[];
  /** The tree of topics where it is known: tag -> the one above it. What is not named finds its place by itself. */
  readonly parents?: Readonly<Record<string, string>>;
}

const sensitiveWords = [
  ...[
    "abortion",
    "addiction",
    "alcoholism",
    "bankruptcy",
    "cancer",
    "contraception",
    "debt",
    "depression",
    "disability",
  ],
  ...[
    "disease",
    "divorce",
    "ethnicity",
    "fertility",
    "gambling",
    "hiv",
    "illness",
    "immigration",
    "infertility",
    "islam",
  ],
  ...[
    "christianity",
    "judaism",
    "hinduism",
    "buddhism",
    "lgbt",
    "lgbtq",
    "medication",
    "mental health",
    "miscarriage",
  ],
  ...[
    "obesity",
    "political",
    "politics",
    "porn",
    "pregnancy",
    "queer",
    "race relations",
    "religion",
    "religious",
    "self-harm",
  ],
  ...[
    "sexual",
    "sexuality",
    "sexual orientation",
    "std",
    "suicide",
    "trade union",
    "transgender",
    "weight loss",
  ],
] as const;

const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${sensitiveWords.join("|")})(?![\\p{L}\\p{N}])`, "iu");

/** Tags whose answer is kept, for everything said of a person asks about each of theirs. */
const KEPT = 20_000;

/** Whether nothing is to be inferred or shown of a tag: it is sensitive, or one that was declared to be above it is. */
export function sensitiveTopics({
  sensitive = [],
  allowed = [],
  parents = {},
}: TopicPolicy = {}): (tag: string) => boolean {
  const declared = new Set(sensitive);
  const free = new Set(allowed);
  const above = new Map(Object.entries(parents));
  const known = new Map<string, boolean>();
  const isSaid = (tag: string, below: readonly string[] = []): boolean => {
    if (free.has(tag)) return true;
    if (declared.has(tag) || pattern.test(tag)) return false;
    const parent = above.get(tag);
    return parent === undefined || below.includes(parent) || isSaid(parent, [...below, tag]);
  };
  return (tag) => {
    const kept = known.get(tag);
    if (kept !== undefined) return kept;
    if (known.size >= KEPT) known.clear();
    const isSensitive = !isSaid(tag);
    known.set(tag, isSensitive);
    return isSensitive;
  };
}
