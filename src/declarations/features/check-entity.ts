import { fail } from "../config-fault.ts";
import { isAboutItem, leavesOf } from "./expression.ts";
import { type AggregateDefinition, joinKeyOf } from "./feature.ts";

const FIVE_MINUTES_MS = 300_000;

/** What goes with one entity and not with another. @throws PlatformError `invalid-config` */
export function checkEntity(definition: AggregateDefinition): void {
  const { name, entity, keyedBy, isCross } = definition;
  const place = `features.${name}`;
  if (isCross && keyedBy && joinKeyOf(keyedBy) === undefined)
    fail(
      `${place}.entity`,
      keyedBy.op,
      "cross with item.topic, an attribute, event.itemId, event.action or a property",
    );
  checkUserIds(place, definition);
  if (entity === "item") checkItemFeature(place, definition);
}

/** People are counted among what happens to an item, and not named. */
function checkUserIds(place: string, { entity, where, keyedBy, aggregate }: AggregateDefinition): void {
  const isCounted =
    entity === "item" && aggregate.kind === "approx_unique_count" && aggregate.of.op === "user-id";
  const others = [where, keyedBy, "of" in aggregate && !isCounted ? aggregate.of : undefined];
  for (const tree of others)
    if (tree && leavesOf(tree).some(({ op }) => op === "user-id"))
      fail(
        place,
        "event.userId",
        "people are only counted, and of an item: entity: item, approxUniqueCount(event.userId)",
      );
}

function checkItemFeature(place: string, { from, where, keyedBy, window }: AggregateDefinition): void {
  if (from.kind === "identify")
    fail(`${place}.from`, from.kind, "what identify says is about no item; count engagement or events(...)");
  for (const tree of [where, keyedBy])
    if (tree && (isAboutItem(tree) || leavesOf(tree).some(({ op }) => op === "item-id")))
      fail(place, tree.op, "the feature is about one item already; ask what its events say");
  if (window.kind === "session")
    fail(`${place}.window`, window.kind, "visits are of people; take a duration");
  if (window.kind !== "lifetime" && window.ms % FIVE_MINUTES_MS !== 0)
    fail(`${place}.window`, window.ms, "windows of items are of whole 5 minutes");
}
