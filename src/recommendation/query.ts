import { type ItemRow, monotonicMs, PlatformError } from "#base";
import { type Actions, type Catalogue, UNNAMED } from "#events";
import {
  type AskedContext,
  type Condition,
  factsOfContext,
  type History,
  type PersonControls,
} from "#sequences";
import { ModelTimes } from "./model-times.ts";
import type { KnownPerson, PersonReader, RowPlace } from "./person-reader.ts";
import type { Query, TagFilters } from "./pipeline.ts";

/** What is asked for, as the caller says it. */
export interface RecommendationRequest {
  readonly userId?: string;
  /** What was done that is stored nowhere, oldest first: by somebody anonymous, or since the person's last event. */
  readonly session?: readonly SessionEvent[];
  /** Whose stages make the list, and where it is shown. Default: the first that is declared. */
  readonly surface?: string;
  /** Answers in place of the personal model: `name`, or `name@version`. */
  readonly model?: string;
  readonly condition?:
    | { readonly topic: string }
    | { readonly itemId: string }
    | { readonly itemIds: readonly string[] }
    | { readonly text: string };
  readonly tags?: TagFilters;
  /** Where from and with what is asked, in the words of a message's `context`. */
  readonly context?: unknown;
  readonly n: number;
  readonly asOfMs: number;
  /** When the request for the first page came in, by `monotonicMs`. */
  readonly cameMs: number;
  readonly excludeSeen: boolean;
  readonly excludeItemIds: readonly string[];
  /** What chance derives from. */
  readonly seed: string;
}

export interface SessionEvent {
  readonly itemId: string;
  /** A declared action. Without one it counts as one that is wanted a little. */
  readonly action?: string;
}

/** Whether a model has something of its own to say: of what was done, or of where, when and as whom somebody asks who did nothing yet. */
export function isAnswered({ history, personal }: Pick<Query, "history" | "personal">): boolean {
  return history.itemRows.length > 0 || personal.model.answersStrangers === true;
}

export interface QueryParts {
  /** The personal one answers people with a history, unless a request names another. */
  readonly models: Query["models"];
  readonly index: Query["index"];
  readonly reader: PersonReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
}

/** Acts that a list reflects, what shows that something is not wanted among them. */
const ACT_ROWS = 1000;
/** A list reflects this many of the newest engagements; it leaves out what was seen in all. */
const HISTORY_ROWS = 1000;

/** One engagement, of a stored event or of a session. */
interface Engagement {
  readonly itemRow: number;
  readonly action: number;
  readonly surface: number;
  readonly weight: number;
  readonly timestampMs: number;
  readonly eventId?: () => string;
}

/**
 * The request with what is known of the person.
 * @throws PlatformError `item-not-found` when it is about an item nobody put, `unknown-model` for one that is not in service
 */
export async function readQuery(request: RecommendationRequest, parts: QueryParts): Promise<Query> {
  const { reader, catalogue, models, index } = parts;
  const { userId, n, asOfMs, cameMs, excludeSeen, seed, tags = {} } = request;
  const condition = conditionOf(request, catalogue);
  const personal = request.model === undefined ? models.personal : await models.named(request.model);
  const person = userId === undefined ? undefined : await reader.person(userId);
  const session = sessionOf(request, parts);
  const stored = person ? await engagementsOf(person, asOfMs, parts) : nothingStored;
  const { controls } = stored;
  const counts = ({ itemRow, timestampMs }: Engagement): boolean =>
    controls?.counts(catalogue.at(itemRow), timestampMs) ?? true;
  const wanted = [...stored.wanted, ...session.wanted.filter(counts)];
  const unwanted = [...stored.unwanted, ...session.unwanted];
  const isHidden = controls?.isEmpty
    ? undefined
    : controls?.hiding(wanted.map(({ itemRow }) => catalogue.at(itemRow)));
  const recent = wanted.slice(-HISTORY_ROWS);
  const excludedIds = [...request.excludeItemIds].flatMap((itemId) => catalogue.rowOf(itemId) ?? []);
  return {
    history: {
      itemRows: Uint32Array.from(recent, ({ itemRow }) => itemRow),
      weights: Float32Array.from(recent, ({ weight }) => weight),
      timestampsMs: Float64Array.from(recent, ({ timestampMs }) => timestampMs),
      context: contextOf(request, person, catalogue),
      actions: Uint8Array.from(recent, ({ action }) => action),
      surfaces: Uint8Array.from(recent, ({ surface }) => surface),
    },
    acts: actsOf(wanted, unwanted),
    surfaceCode: surfaceCodeOf(request, catalogue),
    actionCodes: recent.map(({ action }) => action),
    eventIdAt: (position) => recent[position]?.eventId?.(),
    seen: new Set(wanted.map(({ itemRow }) => itemRow)),
    hidden: new Set(unwanted.map(({ itemRow }) => itemRow)),
    isMuted: (itemRow) => isHidden?.(catalogue.at(itemRow)) ?? false,
    excluded: new Set([...excludedIds, ...rowsOf(condition)]),
    ...{ excludeSeen, tags, condition, personal, models, index, person, n, asOfMs, cameMs, seed },
    modelTimes: new ModelTimes(),
  };
}

/** A query of nobody about nothing. */
export function emptyQuery(
  { models, index }: Pick<Query, "models" | "index">,
  n: number,
  asOfMs: number,
): Query {
  const none = new Set<number>();
  return {
    history: { itemRows: new Uint32Array(0) },
    acts: { itemRows: new Uint32Array(0) },
    surfaceCode: UNNAMED,
    actionCodes: [],
    eventIdAt: () => undefined,
    seen: none,
    hidden: none,
    isMuted: () => false,
    excluded: none,
    excludeSeen: true,
    tags: {},
    condition: undefined,
    personal: models.personal,
    models,
    index,
    person: undefined,
    seed: "",
    n,
    asOfMs,
    cameMs: monotonicMs(),
    modelTimes: new ModelTimes(),
  };
}

function conditionOf({ condition }: RecommendationRequest, catalogue: Catalogue): Condition | undefined {
  if (!condition) return undefined;
  if ("topic" in condition) return { kind: "topic", topic: condition.topic };
  if ("text" in condition) return { kind: "text", text: condition.text };
  if ("itemIds" in condition)
    return { kind: "items", itemRows: condition.itemIds.map((itemId) => rowNamed(itemId, catalogue)) };
  return { kind: "item", itemRow: rowNamed(condition.itemId, catalogue) };
}

function rowNamed(itemId: string, catalogue: Catalogue): ItemRow {
  const itemRow = catalogue.rowOf(itemId);
  if (itemRow !== undefined) return itemRow;
  throw new PlatformError("item-not-found", `no item "${itemId}"; put it with POST /v1/items`);
}

/** The items a list is about, which are not in it. */
function rowsOf(condition: Condition | undefined): readonly ItemRow[] {
  if (condition?.kind === "item") return [condition.itemRow];
  return condition?.kind === "items" ? condition.itemRows : [];
}

/** Who asks, when and where, as a model learned it from those who came before. */
function contextOf(
  { surface = "", context, asOfMs }: RecommendationRequest,
  person: KnownPerson | undefined,
  { surfaces }: Catalogue,
): AskedContext {
  const facts = [...factsOfContext(context), ...(person?.facts(asOfMs) ?? [])];
  return { facts, timestampMs: asOfMs, surface: surfaces.codeOf(surface) ?? UNNAMED };
}

/** What a person's stored events say, without what they muted or had forgotten. */
interface StoredEngagements {
  readonly wanted: readonly Engagement[];
  readonly unwanted: readonly Engagement[];
  readonly controls?: PersonControls;
}

const nothingStored: StoredEngagements = { wanted: [], unwanted: [] };

async function engagementsOf(
  person: KnownPerson,
  asOfMs: number,
  { reader, catalogue }: QueryParts,
): Promise<StoredEngagements> {
  const [positive, negative, controls] = await Promise.all([
    person.rowsOf({ kind: "positive", asOfMs }),
    person.rowsOf({ kind: "negative", asOfMs }),
    person.controls(),
  ]);
  const counts = ({ rows, n }: RowPlace): boolean =>
    controls.counts(catalogue.at(rows.itemRow(n)), rows.timestampMs(n));
  const engagement = ({ rows, n }: RowPlace): Engagement => ({
    itemRow: rows.itemRow(n),
    action: rows.action(n),
    surface: rows.surface(n),
    weight: reader.strengthOf(rows.action(n)),
    timestampMs: rows.timestampMs(n),
    eventId: () => rows.eventId(n),
  });
  const wanted = (controls.isEmpty ? positive : positive.filter(counts)).toReversed().map(engagement);
  return { wanted, unwanted: negative.toReversed().map(engagement), controls };
}

/** Strength of what a session says without naming an action. */
const PLAIN_STRENGTH = 1;

/** Items that are in no catalogue say nothing. */
function sessionOf(
  { session = [], asOfMs, surface: name }: RecommendationRequest,
  { catalogue, actions }: QueryParts,
): { wanted: Engagement[]; unwanted: Engagement[] } {
  const wanted: Engagement[] = [];
  const unwanted: Engagement[] = [];
  const surface = (name !== undefined && catalogue.surfaces.codeOf(name)) || UNNAMED;
  for (const { itemId, action } of session) {
    const itemRow = catalogue.rowOf(itemId);
    if (itemRow === undefined) continue;
    const declared = action === undefined ? undefined : actions.named(action);
    const code = (action !== undefined && catalogue.actions.codeOf(action)) || UNNAMED;
    const weight = action === undefined ? PLAIN_STRENGTH : (declared?.strength ?? 0);
    const engagement = { itemRow, action: code, surface, weight, timestampMs: asOfMs };
    if (declared?.kind === "negative") unwanted.push(engagement);
    if (weight > 0) wanted.push(engagement);
  }
  return { wanted, unwanted };
}

/** Both together by time, oldest first. */
function actsOf(wanted: readonly Engagement[], unwanted: readonly Engagement[]): History {
  const acts = [...wanted.slice(-ACT_ROWS), ...unwanted.slice(-ACT_ROWS)];
  if (unwanted.length > 0) acts.sort((left, right) => left.timestampMs - right.timestampMs);
  const newest = acts.slice(-ACT_ROWS);
  return {
    itemRows: Uint32Array.from(newest, ({ itemRow }) => itemRow),
    weights: Float32Array.from(newest, ({ weight }) => weight),
    timestampsMs: Float64Array.from(newest, ({ timestampMs }) => timestampMs),
    actions: Uint8Array.from(newest, ({ action }) => action),
    surfaces: Uint8Array.from(newest, ({ surface }) => surface),
  };
}

/** A list is for the surface that was asked for, where events have met one of that name. */
function surfaceCodeOf({ surface }: RecommendationRequest, { surfaces }: Catalogue): number {
  return surface === undefined ? UNNAMED : (surfaces.codeOf(surface) ?? UNNAMED);
}
