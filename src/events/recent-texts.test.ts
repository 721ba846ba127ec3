import fc from "fast-check";
import { expect, test } from "vitest";
import { RecentTexts } from "./recent-texts.ts";

test("a text is that of its bytes, whatever was met before in its place", () => {
  const recent = new RecentTexts();
  const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 80 }), fc.nat(99_999).map(String));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 200 }), (texts) => {
      for (const one of [...texts, ...texts]) {
        const bytes = Buffer.from(`<${one}>`);
        expect(recent.textOf(bytes, 1, bytes.length - 1)).toBe(one);
      }
    }),
    { numRuns: 300 },
  );
  for (let n = 0; n < 100_000; n++) {
    const bytes = Buffer.from(`user-${n}`); // more than there is room for
    expect(recent.textOf(bytes, 0, bytes.length)).toBe(`user-${n}`);
  }
});
