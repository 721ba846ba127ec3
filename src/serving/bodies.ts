import type {
  DeadLetterBody,
  IngestResponse,
  ModelVersion,
  RecommendationResponse,
  SequenceEvent,
  ServedListResponse,
} from "#api";
import type { Catalogue, DeadLetter, Fields, IngestResult, StoredEvent } from "#events";
import type { ServedModel } from "#models";
import type { PipelineTrace, Recommended, Recommender, ServedItem, ServedList } from "#recommendation";
import { hasItem, type SequenceRow } from "#sequences";

/** @file Domain values as the API's bodies. */

export function toIso(timestampMs: number): string {
  return new Date(timestampMs).toISOString();
}

export function toIsoOrNull(timestampMs: number | undefined): string | null {
  return timestampMs === undefined ? null : toIso(timestampMs);
}

export function versionOf({ model, version, dataUntilMs }: ServedModel): ModelVersion {
  return { name: model.name, version, dataUntil: toIso(dataUntilMs) };
}

/** The models that answer. */
export function versionsOf({ personal, coldStart, others = [] }: Recommender["models"]) {
  const byName = Object.fromEntries(others.map((served) => [served.model.name, versionOf(served)]));
  return { ...byName, personal: versionOf(personal), coldStart: versionOf(coldStart) };
}

export function ingestResponse({ accepted, rejected }: IngestResult): IngestResponse {
  return { success: rejected.length === 0, accepted, rejected: [...rejected] };
}

export function deadLetterBody({ receivedAtMs, ids: _, ...letter }: DeadLetter): DeadLetterBody {
  return { ...letter, receivedAt: toIso(receivedAtMs) };
}

/** An event as the message it came as, its time corrected. */
export function storedMessage(event: StoredEvent): Fields {
  const { kind, eventId, userId, name, timestampMs, receivedAtMs, properties, traits, rest } = event;
  return {
    ...rest,
    ...{ type: kind, messageId: eventId, userId },
    ...(name !== "" && { [kind === "track" ? "event" : "name"]: name }),
    ...{ timestamp: toIso(timestampMs), receivedAt: toIso(receivedAtMs) },
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(Object.keys(traits).length > 0 && { traits }),
  };
}

/** A row of the sequence in words, with what the catalogue knows of its item. */
export function sequenceEvent(row: SequenceRow, catalogue: Catalogue): SequenceEvent {
  const { eventId, timestampMs, action, surface, itemRow: _, offset: _offset, ...extras } = row;
  const item = hasItem(row) ? catalogue.at(row.itemRow) : undefined;
  const surfaceName = catalogue.surfaces.nameOf(surface);
  return {
    eventId,
    action: catalogue.actions.nameOf(action),
    timestamp: toIso(timestampMs),
    ...(item && { itemId: item.itemId }),
    ...(item?.title !== undefined && { title: item.title }),
    ...(item && item.tags.length > 0 && { tags: [...item.tags] }),
    ...(surfaceName !== "" && { surface: surfaceName }),
    ...extras,
  };
}

/** An item of a list, with its title when the catalogue has one. */
export function recommendedItem(
  { itemRow, ...item }: Recommended,
  catalogue: Catalogue,
): RecommendationResponse["items"][number] {
  const { itemId, title } = catalogue.at(itemRow);
  return servedItemBody({ itemId, ...item }, title);
}

function servedItemBody(
  { itemId, score, source, heads, placement, probability, reasons }: ServedItem,
  title: string | undefined,
): RecommendationResponse["items"][number] {
  return {
    itemId,
    ...(title !== undefined && { title }),
    score,
    source,
    ...(heads && { heads: { ...heads } }),
    ...(placement && { placement }),
    ...(probability !== undefined && { probability }),
    reasons: reasons.map((reason) => ({ ...reason, evidence: [...reason.evidence] })),
  };
}

/** What every stage did. */
export function stagesBody(trace: PipelineTrace): ServedListResponse["stages"] {
  return {
    sources: trace.sources.map((source) => ({ ...source, shared: { ...source.shared } })),
    filters: [...trace.filters],
    ...(trace.scorer && { scorer: trace.scorer }),
    selector: trace.selector,
    hydrators: [...trace.hydrators],
    ms: trace.ms,
  };
}

/** A list as it was served, with what came of it. */
export function servedListBody(
  { servedAtMs, asOfMs, userId, items, trace, condition, ...list }: ServedList,
  outcomes: readonly SequenceRow[],
  catalogue: Catalogue,
): ServedListResponse {
  const titleOf = (itemId: string): string | undefined => {
    const row = catalogue.rowOf(itemId);
    return row === undefined ? undefined : catalogue.at(row).title;
  };
  return {
    ...list,
    userId: userId ?? null,
    servedAt: toIso(servedAtMs),
    asOf: toIso(asOfMs),
    ...(condition && { condition: { ...condition } }),
    versions: { ...list.versions },
    items: items.map((item) => servedItemBody(item, titleOf(item.itemId))),
    stages: stagesBody(trace),
    outcomes: outcomes.map((row) => {
      const { eventId, action, timestamp, itemId, position } = sequenceEvent(row, catalogue);
      return {
        ...{ eventId, action, timestamp },
        ...(itemId !== undefined && { itemId }),
        ...(position !== undefined && { position }),
      };
    }),
  };
}
