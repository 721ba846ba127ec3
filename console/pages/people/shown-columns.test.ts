import { expect, test } from "vitest";
import { columnsOf } from "./shown-columns.ts";

const column = (key: string, isWide = false) => ({ key, isWide });
const ALL = [column("person"), column("state", true), column("activity"), column("seen")];

function seen(hidden: readonly string[], orderedBy: string, isNarrow: boolean): readonly string[] {
  const shown = columnsOf(ALL, { hidden, orderedBy });
  return shown.filter(({ isWide }) => !isWide || !isNarrow).map(({ key }) => key);
}

test("the column that people are ordered by is seen, hidden or not, also where the window is narrow", () => {
  expect(seen([], "seen", true)).toEqual(["person", "activity", "seen"]);
  expect(seen([], "state", true)).toEqual(["person", "state", "seen"]);
  expect(seen(["state", "seen"], "state", true)).toEqual(["person", "state"]);
  expect(seen(["state", "seen"], "seen", false)).toEqual(["person", "activity", "seen"]);
});
