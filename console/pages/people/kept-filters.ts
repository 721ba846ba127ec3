/** @file Filters of people by name, in this browser; others get them by their address. */

export interface SavedFilter {
  readonly name: string;
  readonly search: string;
  readonly sort: string;
}

const KEPT = "people.filters";
const MOST = 20;

/** None where what is kept cannot be read. */
export function readKept(storage: { getItem(name: string): string | null }): readonly SavedFilter[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isFilter) : [];
  } catch {
    return [];
  }
}

export function keep(
  storage: { setItem(name: string, text: string): void },
  filters: readonly SavedFilter[],
): void {
  storage.setItem(KEPT, JSON.stringify(filters));
}

/** With one more, in place of one of its name; of too many the oldest goes. */
export function withFilter(filters: readonly SavedFilter[], filter: SavedFilter): readonly SavedFilter[] {
  return [...filters.filter(({ name }) => name !== filter.name), filter].slice(-MOST);
}

export function isSame(left: Omit<SavedFilter, "name">, right: Omit<SavedFilter, "name">): boolean {
  return left.search === right.search && left.sort === right.sort;
}

export function addressOf({ search, sort }: SavedFilter): string {
  return `/people?${new URLSearchParams({ search, sort })}`;
}

function isFilter(value: unknown): value is SavedFilter {
  const { name, search, sort } = (value ?? {}) as Partial<SavedFilter>; // looked at next
  return typeof name === "string" && typeof search === "string" && typeof sort === "string";
}
