import { expect, test } from "vitest";
import { splitEvents } from "./split-events.ts";

const whole = 'event: pulse\ndata: {"a":1}\n\nevent: pulse\ndata: one\ndata: two\n\n: a comment\n\n';

test("however the bytes are cut, the same events come out", () => {
  for (let cut = 0; cut <= whole.length; cut++) {
    const first = splitEvents(whole.slice(0, cut));
    const second = splitEvents(first.rest + whole.slice(cut));
    expect([...first.events, ...second.events]).toEqual(['{"a":1}', "one\ntwo"]);
    expect(second.rest).toBe("");
  }
});
