import { type ImaginedEvent, Problem, WhatIfBody, WhatIfResponse } from "#api";
import { monotonicMs, PlatformError } from "#base";
import { type SequenceRow, sandboxOf } from "#sequences";
import type { StateReader } from "#storage";
import { recommendedItem, toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { topicBody } from "../topic-body.ts";
import { asOfOf } from "./as-of.ts";
import { readSaid } from "./said-of-person.ts";

/** The person as they would be had something else happened. */
export function registerWhatIfRoute(server: Server, services: Services): void {
  const { state, identity, clock } = services;
  server.post(
    "/v1/what-if",
    {
      schema: {
        summary:
          "Topics and recommendations with events added and taken away, beside those of now; nothing is stored",
        body: WhatIfBody,
        response: { 200: WhatIfResponse, "4xx": Problem },
      },
    },
    async ({ body }) => {
      const asOfMs = asOfOf(body, clock);
      const added = body.add.map((event, n) => imaginedRow(services, event, n, asOfMs));
      const [root = body.userId, ...others] = identity.idsOf(body.userId);
      const edits = { added, removed: new Set(body.remove) };
      const sandbox = await sandboxOf(state, [root, ...others], edits);
      const ask = { userId: body.userId, n: body.n, asOfMs, seed: body.userId };
      const [before, after] = await Promise.all([
        outcomeIn(services, state, ask),
        outcomeIn(services, sandbox, ask),
      ]);
      return { before, after, asOf: toIso(asOfMs), computedAt: toIso(clock.nowMs()) };
    },
  );
}

/** @throws PlatformError `invalid-request` for an action that is not declared or never came, `item-not-found` */
function imaginedRow(
  { catalogue, actions }: Services,
  { action, itemId, surface, timestamp }: ImaginedEvent,
  n: number,
  asOfMs: number,
): SequenceRow {
  const code = catalogue.actions.codeOf(action);
  if (!actions.named(action) || code === undefined)
    throw new PlatformError(
      "invalid-request",
      `action is "${action}", which nobody has done; there are: ${catalogue.actions.names().join(", ")}`,
    );
  const itemRow = catalogue.rowOf(itemId);
  if (itemRow === undefined)
    throw new PlatformError("item-not-found", `no item "${itemId}"; put it with POST /v1/items`);
  return {
    eventId: `what-if-${n}`,
    timestampMs: timestamp === undefined ? asOfMs : Date.parse(timestamp),
    offset: IMAGINED_OFFSET + n,
    itemRow,
    action: code,
    surface: (surface !== undefined && catalogue.surfaces.codeOf(surface)) || 0,
  };
}

/** Behind every record there is, so that of events of one moment the imagined ones are the newest. */
const IMAGINED_OFFSET = 2 ** 31;

interface Asked {
  readonly userId: string;
  readonly n: number;
  readonly asOfMs: number;
  /** The same for both, so that chance is not taken for an effect. */
  readonly seed: string;
}

async function outcomeIn(
  services: Services,
  state: StateReader,
  { userId, n, asOfMs, seed }: Asked,
): Promise<WhatIfResponse["before"]> {
  const { catalogue, identity, purposes } = services;
  const [interests, signals] = [services.interests.over(state), services.signals.over(state)];
  const query = { asOfMs, purpose: purposes.personalization };
  const request = { userId, n, asOfMs, seed, cameMs: monotonicMs(), excludeSeen: true, excludeItemIds: [] };
  const personId = identity.personOf(userId);
  const person = await signals.person(userId);
  const [profile, { items, isColdStart }] = await Promise.all([
    person && signals.profile(personId, person, query),
    services.recommender.over(state).recommend(request),
  ]);
  const said = person
    ? await readSaid({ interests, signals }, personId, person, { ...query, added: SAID })
    : undefined;
  return {
    topics: profile?.topics.map((topic) => topicBody(topic, services)) ?? [],
    interests: (said?.interests?.interests ?? []).map(({ interestId, label, lifecycle, share }) => ({
      interestId,
      label,
      lifecycle,
      share,
    })),
    state: said?.state?.value?.state ?? null,
    predictions: (said?.foretold?.predictions ?? []).map(({ target, probability }) => ({
      target,
      probability,
    })),
    items: items.map((item) => recommendedItem(item, catalogue)),
    isColdStart,
  };
}

const SAID = ["interests", "state", "predictions"];
