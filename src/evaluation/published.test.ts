import { expect, test } from "vitest";
import { protocols } from "./protocols.ts";
import { published, publishedFor } from "./published.ts";

test("figures are found by data set and protocol, and there are none for what nobody published", () => {
  const models = publishedFor("ml-1m", "ncf").map(({ model }) => model);
  expect(models).toContain("MF (dot product)");
  expect(publishedFor("ml-100k", "ncf")).toEqual([]);
});

test("every figure is a share under a protocol we have, with its source", () => {
  const names = protocols.map(({ name }) => name);
  for (const figure of published) {
    expect(names).toContain(figure.protocol);
    expect(figure.source).not.toBe("");
    for (const value of Object.values(figure.metrics)) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(1);
    }
  }
});

test("what was written down from memory is marked", () => {
  expect(publishedFor("pinterest-20", "ncf").every(({ recalled }) => recalled)).toBe(true);
  expect(publishedFor("pinterest-20", "split-full").some(({ recalled }) => recalled)).toBe(false);
});
