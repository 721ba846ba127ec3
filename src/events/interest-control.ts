import { INTEREST_CONTROLLED } from "#declarations";
import type { StoredEvent } from "./stored-event.ts";

/**
 * @file What people say of what is said about them: a track event "Interest Controlled" mutes an interest, takes that back, or has it
 * forgotten. It stands in the log like everything a person does, so replays keep it and erasure finds it, and any client can send it.
 */
export const interestControls = ["mute", "unmute", "forget"] as const;
export type InterestControlKind = (typeof interestControls)[number];

export interface InterestControl {
  readonly control: InterestControlKind;
  readonly interestId: string;
  /** The tag it is about; items that carry it belong to it. */
  readonly topic?: string;
  /** Tags that stood below it in the tree; items that carry one, also those put later, belong to it. */
  readonly topicsBelow?: readonly string[];
  /** Items that belong to it beside those that these tags say. */
  readonly itemIds?: readonly string[];
  readonly timestampMs: number;
}

/** What the event controls; `undefined` for any other event, and for one that does not say what. */
export function interestControlOf({
  kind,
  name,
  properties,
  timestampMs,
}: Pick<StoredEvent, "kind" | "name" | "properties" | "timestampMs">): InterestControl | undefined {
  if (kind !== "track" || name !== INTEREST_CONTROLLED) return undefined;
  const { control, interestId, topic, topicsBelow, itemIds } = properties;
  const known = interestControls.find((candidate) => candidate === control);
  if (!known || typeof interestId !== "string" || !/^[^\0]{1,300}$/.test(interestId)) return undefined;
  const [below, listed] = [textsIn(topicsBelow), textsIn(itemIds)];
  return {
    control: known,
    interestId,
    ...(typeof topic === "string" && { topic }),
    ...(below && { topicsBelow: below }),
    ...(listed && { itemIds: listed }),
    timestampMs,
  };
}

function textsIn(list: unknown): string[] | undefined {
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : undefined;
}
