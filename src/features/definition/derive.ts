import type { DerivedTree, Scalar } from "#declarations";
import type { Catalogue } from "#events";
import type { FeatureValue } from "../aggregation.ts";

/** Values of the features a derived one is made of. */
export type ReadValue = (name: string) => FeatureValue;

/** What a derived feature comes to: a function of the values alone, and of the catalogue for embeddings. */
export function derive(tree: DerivedTree, read: ReadValue, catalogue: Catalogue): FeatureValue {
  const numberAt = (inner: DerivedTree): number | null => {
    const value = derive(inner, read, catalogue);
    return typeof value === "number" ? value : null;
  };
  const mapAt = (inner: DerivedTree): ReadonlyMap<string, number> => mapOf(derive(inner, read, catalogue));
  switch (tree.op) {
    case "feature":
      return read(tree.name);
    case "number":
      return tree.value;
    case "add":
    case "subtract":
    case "multiply":
    case "divide":
    case "minimum":
    case "maximum": {
      const [left, right] = [numberAt(tree.left), numberAt(tree.right)];
      return left === null || right === null ? null : finite(arithmetic[tree.op](left, right));
    }
    case "log1p":
    case "absolute": {
      const value = numberAt(tree.of);
      return value === null ? null : finite(tree.op === "absolute" ? Math.abs(value) : Math.log1p(value));
    }
    case "or-else":
      return numberAt(tree.of) ?? tree.value;
    case "at":
      return mapAt(tree.of).get(tree.key) ?? 0;
    case "total":
      return finite(totalOf(mapAt(tree.of)));
    case "size":
      return [...mapAt(tree.of).values()].filter((value) => value > 0).length;
    case "entropy":
      return entropyOf(mapAt(tree.of));
    case "most":
      return greatestKey(mapAt(tree.of));
    case "shares": {
      const values = mapAt(tree.of);
      const total = totalOf(values);
      return total === 0 ? {} : record(Array.from(values, ([key, value]) => [key, value / total]));
    }
    case "ratios": {
      const [left, right] = [mapAt(tree.left), mapAt(tree.right)];
      const rates = Array.from(
        right,
        ([key, value]) => [key, finite((left.get(key) ?? 0) / (value + tree.prior))] as const,
      );
      return record(rates.filter(([, rate]) => rate !== null));
    }
    case "total-where": {
      const among = mapAt(tree.among);
      return totalOf(new Map([...mapAt(tree.of)].filter(([key]) => (among.get(key) ?? 0) > 0)));
    }
    case "prevalence":
      return prevalenceOf(mapAt(tree.actions), mapAt(tree.impressions), tree.days);
    case "mean-vector":
      return meanVectorOf(derive(tree.of, read, catalogue), catalogue);
  }
}

const arithmetic = {
  add: (left: number, right: number) => left + right,
  subtract: (left: number, right: number) => left - right,
  multiply: (left: number, right: number) => left * right,
  divide: (left: number, right: number) => left / right,
  minimum: (left: number, right: number) => Math.min(left, right),
  maximum: (left: number, right: number) => Math.max(left, right),
} as const;

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The numbers of a keyed value, in the order of their keys: sums over it are then the same however the map was made. */
function mapOf(value: FeatureValue): ReadonlyMap<string, number> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Map();
  const entries = Object.entries(value).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  );
  return new Map(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function record(
  entries: readonly (readonly [string, Scalar | null])[],
): Readonly<Record<string, Scalar | null>> {
  return Object.fromEntries(entries);
}

function totalOf(values: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const value of values.values()) total += value;
  return total;
}

function entropyOf(values: ReadonlyMap<string, number>): number {
  const positive = [...values.values()].filter((value) => value > 0);
  const total = positive.reduce((sum, value) => sum + value, 0);
  const bits = positive.reduce((sum, value) => sum - (value / total) * Math.log2(value / total), 0);
  return bits + 0; // no negative zero
}

function greatestKey(values: ReadonlyMap<string, number>): string | null {
  let greatest: string | null = null;
  for (const [key, value] of values) if (greatest === null || value > values.get(greatest)!) greatest = key; // it is there
  return greatest;
}

/** Pinterest's user-prevalence: today's rate against the person's own median. */
function prevalenceOf(
  actions: ReadonlyMap<string, number>,
  impressions: ReadonlyMap<string, number>,
  days: number,
): number | null {
  const rates = new Map(
    Array.from(impressions, ([day, shown]) => [Number(day), (actions.get(day) ?? 0) / shown] as const),
  );
  const pivot = Math.max(...rates.keys());
  const before = [...rates].filter(([day]) => day < pivot && day >= pivot - days).map(([, rate]) => rate);
  const today = rates.get(pivot);
  return today === undefined || before.length === 0 ? null : today - medianOf(before);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of the vectors that are as long as the first. */
function meanVectorOf(ids: FeatureValue, catalogue: Catalogue): readonly number[] | null {
  if (!Array.isArray(ids)) return null;
  const vectors = ids.flatMap((itemId) => {
    const row = catalogue.rowOf(String(itemId));
    const vector = row === undefined ? undefined : catalogue.at(row).vector;
    return vector ? [vector] : [];
  });
  const alike = vectors.filter(({ length }) => length === vectors[0]!.length);
  if (alike.length === 0) return null;
  return alike[0]!.map((_, n) => alike.reduce((sum, vector) => sum + vector[n]!, 0) / alike.length);
}
