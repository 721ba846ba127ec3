import { expect, test } from "vitest";
import type { DatasetContents } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import { evaluationViewOf, interactionsOf } from "./interactions-of.ts";

function contentsWith(clock: DatasetContents["clock"]): DatasetContents {
  const list = new EngagementList(clock, ["view", "like"]);
  list.push({ user: 1, item: 2, action: 1, timestampMs: 1 });
  list.push({ user: 0, item: 0, action: 0, timestampMs: 2 });
  list.push({ user: 1, item: 0, action: 0, timestampMs: 3 });
  return {
    clock,
    items: ["a", "b", "c"].map((itemId) => ({ itemId })),
    users: ["x", "y", "z"].map((userId) => ({ userId, traits: {} })),
    engagements: list.finish(),
    rejected: { count: 0, samples: [] },
    given: {},
  };
}

test("rows are grouped by person in time order, and people without any keep their row", () => {
  expect(interactionsOf(contentsWith("utc"))).toEqual({
    userCount: 3,
    itemCount: 3,
    offsets: Uint32Array.of(0, 1, 3, 3),
    itemRows: Uint32Array.of(0, 2, 0),
    timestampsMs: Float64Array.of(2, 1, 3),
    actionNames: ["view", "like"],
    actions: Uint8Array.of(0, 1, 0),
    items: contentsWith("utc").items,
  });
});

test("what items are described by comes along", () => {
  const contents = contentsWith("utc");
  const items = [{ itemId: "a", tags: ["x", "y"] }, { itemId: "b" }, { itemId: "c", tags: ["y"] }];
  expect(interactionsOf({ ...contents, items }).items).toEqual(items);
});

test("made-up times are not handed to models", () => {
  expect(interactionsOf(contentsWith("order")).timestampsMs).toBeUndefined();
});

test("an evaluation sees the actions in the order of the interactions", () => {
  const view = evaluationViewOf("tiny", contentsWith("utc"));
  expect(Array.from(view.actions, (action) => view.actionNames[action])).toEqual(["view", "like", "view"]);
});
