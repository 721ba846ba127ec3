import { expect, test } from "vitest";
import { assignHues, HUES, hueOf } from "./palette.ts";

const names = Array.from({ length: 1000 }, (_, n) => `topic ${n}`);

test("a name has the same hue every time, and names are spread over all ten", () => {
  const counts = new Array<number>(HUES).fill(0);
  for (const name of names) {
    expect(hueOf(name)).toBe(hueOf(name));
    counts[hueOf(name)]!++;
  }
  for (const count of counts) expect(count).toBeGreaterThan(50);
});

test("up to ten names seen together have ten hues, the first its own", () => {
  for (let from = 0; from < 500; from += 10) {
    const some = names.slice(from, from + 10);
    const hue = assignHues(some);
    expect(new Set(some.map(hue)).size).toBe(10);
    expect(hue(some[0]!)).toBe(hueOf(some[0]!));
    expect(hue("another")).toBe(hueOf("another"));
  }
});

test("past ten they repeat, each hue twice among twenty", () => {
  const hues = names.slice(0, 20).map(assignHues(names.slice(0, 20)));
  for (let hue = 0; hue < HUES; hue++) expect(hues.filter((one) => one === hue)).toHaveLength(2);
});
