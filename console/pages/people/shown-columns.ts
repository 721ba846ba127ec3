/** Of a column, what says whether it is seen. */
interface Shown {
  readonly key: string;
  /** Left out where the window is narrow. */
  readonly isWide?: boolean;
}

/** What a narrow window gives up for a column that it has no room for otherwise. */
const GIVES_WAY = "activity";

/** All but the hidden ones. That which people are ordered by is seen in any case, also in a narrow window. */
export function columnsOf<Column extends Shown>(
  all: readonly Column[],
  { hidden, orderedBy }: { readonly hidden: readonly string[]; readonly orderedBy: string },
): readonly Column[] {
  const isWide = all.find(({ key }) => key === orderedBy)?.isWide ?? false;
  return all
    .filter(({ key }, n) => n === 0 || key === orderedBy || !hidden.includes(key))
    .map((column) => {
      if (column.key === orderedBy) return { ...column, isWide: false };
      return column.key === GIVES_WAY && isWide ? { ...column, isWide: true } : column;
    });
}
