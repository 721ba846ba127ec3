import type {
  DeadLetterBody,
  IngestResponse,
  ModelVersion,
  RecommendationResponse,
  SequenceEvent,
} from "#api";
import type { Catalogue, DeadLetter, IngestResult } from "#events";
import type { ServedModel } from "#models";
import type { Candidate } from "#recommendation";
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

export function ingestResponse({ accepted, rejected }: IngestResult): IngestResponse {
  return { success: rejected.length === 0, accepted, rejected: [...rejected] };
}

export function deadLetterBody({ receivedAtMs, ids: _, ...letter }: DeadLetter): DeadLetterBody {
  return { ...letter, receivedAt: toIso(receivedAtMs) };
}

export function recommendedItem(
  { itemRow, score, source, reasons }: Candidate,
  catalogue: Catalogue,
): RecommendationResponse["items"][number] {
  const { itemId, title } = catalogue.at(itemRow);
  return {
    itemId,
    ...(title !== undefined && { title }),
    score,
    source,
    reasons: reasons.map((reason) => ({ ...reason, evidence: [...reason.evidence] })),
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
