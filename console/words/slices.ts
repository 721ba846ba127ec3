/** @file Which people a group's value stands for, and how the address says it. */

/** Which people: each that is given holds of them. */
export type Slice = Readonly<Partial<Record<"state" | "tenure" | "activity" | "trait", string>>>;

const PLAIN = ["state", "tenure", "activity"] as const;
const TRAIT = "trait:";

const WORDS: Readonly<Record<string, string>> = {
  state: "State",
  tenure: "Days since they came",
  activity: "Active days, last 28",
};

export function groupWords(name: string): string {
  return WORDS[name] ?? name.replace(TRAIT, "");
}

export function sliceOf(address: URLSearchParams): Slice {
  return Object.fromEntries(
    [...PLAIN, "trait" as const].flatMap((name) => {
      const value = address.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** What is chosen, in the order of the groups: "core", "here 7-27 days", "12-28 active days", "country DE". */
export function sliceWords({ state, tenure, activity, trait }: Slice): readonly string[] {
  return [
    ...(state === undefined ? [] : [state]),
    ...(tenure === undefined ? [] : [`here ${tenure} days`]),
    ...(activity === undefined ? [] : [`${activity} active days`]),
    ...(trait === undefined ? [] : [trait.replace(":", " ")]),
  ];
}

/** What the address becomes when a value is chosen, or let go because it was. */
export function withValue(
  slice: Slice,
  group: string,
  value: string,
): { readonly isChosen: boolean; readonly changes: Readonly<Record<string, string | undefined>> } {
  const isTrait = group.startsWith(TRAIT);
  const name = isTrait ? "trait" : group;
  const wanted = isTrait ? `${group.slice(TRAIT.length)}:${value}` : value;
  const isChosen = slice[name as keyof Slice] === wanted;
  return { isChosen, changes: { [name]: isChosen ? undefined : wanted } };
}
