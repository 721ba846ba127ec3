import { inputsOf } from "#declarations";
import type { Catalogue } from "#events";
import type { PersonControls } from "#sequences";
import type { StateReader } from "#storage";
import type { FeatureValue } from "../aggregation.ts";
import type { PlannedFeature } from "../definition/plan.ts";
import { decodeRows, type FeatureRow } from "../feature-row.ts";
import { Part } from "../part.ts";
import { choicesOf } from "../person-consent.ts";
import { activeLevels, type Cover, coverOf, type Directory, decodeDirectory } from "../state/directory.ts";
import { decodeFeatureHead, type FeatureHead, hasEvents } from "../state/feature-head.ts";
import { featureKey, rowsKey, tileKey } from "../state/feature-keys.ts";
import { Accumulation, type Answer } from "./accumulation.ts";
import { areContested, contestedRows } from "./contested-rows.ts";
import type { FeatureContext } from "./feature-context.ts";
import type { FeatureRequest } from "./feature-request.ts";
import { controlsFor, mayUse } from "./may-use.ts";
import { type OnlineValue, type Status, ValueTable } from "./value-table.ts";

/** What one read took: to see that it stays small. */
export interface ReadCost {
  rows: number;
  merges: number;
}

/** As {@link readTable}, by person. */
export async function readFeatures(
  context: FeatureContext,
  request: FeatureRequest,
  userIds: readonly string[],
  nowMs: number,
  cost?: ReadCost,
): Promise<OnlineValue[][]> {
  return (await readTable(context, request, userIds, nowMs, cost)).toRows();
}

/**
 * The features of each person, as of `nowMs` or of the newest event applied, whichever is later (a clock may have been set back). In
 * the order asked; an unknown person or feature is NOT_FOUND. One read of the state for heads and lifetimes of all, two more of each
 * person whose windows ask for what is sealed. Who chose otherwise under other ids is read in the log: O(their events).
 */
export async function readTable(
  context: FeatureContext,
  request: FeatureRequest,
  userIds: readonly string[],
  nowMs: number,
  cost: ReadCost = { rows: 0, merges: 0 },
): Promise<ValueTable> {
  const table = new ValueTable(userIds.length, request.asked.length);
  const ids = userIds.map((userId) => context.identity.idsOf(userId));
  const stored = await context.state.get(keysOf(ids, request));
  const width = request.needsLifetime ? 2 : 1;
  let next = 0;
  for (let row = 0; row < ids.length; row++) {
    const known: StoredId[] = [];
    let atMs = nowMs;
    for (const userId of ids[row]!) {
      const bytes = stored[next];
      const lifetime = width === 2 ? stored[next + 1] : undefined;
      next += width;
      if (!bytes) continue;
      const head = decodeFeatureHead(bytes);
      atMs = Math.max(atMs, head.newestMs);
      known.push({ userId, head, lifetime });
    }
    if (areContested(known, request)) {
      if (isAllRefused(known, request)) continue;
      const rows = await contestedRows(context, request, known);
      const newest = rows?.at(-1);
      if (!rows || !newest) continue;
      const reading = new PersonReading(request, known, Math.max(nowMs, newest.timestampMs), cost);
      await reading.addSettled(rows, context.state);
      reading.finish(context.catalogue, table, row);
      continue;
    }
    if (!known.some(({ head }) => hasEvents(head))) continue;
    const reading = new PersonReading(request, known, atMs, cost);
    reading.addNear();
    if (reading.needsMore) await reading.addFar(context.state);
    reading.finish(context.catalogue, table, row);
  }
  return table;
}

/** Whether nothing of what is asked for may be told now. */
function isAllRefused(known: readonly StoredId[], { asked, plan }: FeatureRequest): boolean {
  const choices = choicesOf(known);
  return asked.every(({ planned }) => !planned || !mayUse(planned, plan, choices));
}

/** Of each id the head and, where it is asked for, the lifetime. */
function keysOf(ids: readonly (readonly string[])[], { needsLifetime }: FeatureRequest): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (const idsOfOne of ids)
    for (const id of idsOfOne) {
      keys.push(featureKey(id, "h"));
      if (needsLifetime) keys.push(featureKey(id, "l"));
    }
  return keys;
}

/** What was read of one id. */
interface StoredId {
  readonly userId: string;
  readonly head: FeatureHead;
  readonly lifetime: Uint8Array | undefined;
}

/** One person's features on their way from what is stored of their ids. */
class PersonReading {
  readonly #request: FeatureRequest;
  readonly #known: readonly StoredId[];
  /** The moment asked about. */
  readonly #atMs: number;
  readonly #cost: ReadCost;
  readonly #accumulation: Accumulation;
  /** Times before which rows were given up. */
  readonly #cutsMs: number[] = [];
  #controls: PersonControls | undefined;

  constructor(request: FeatureRequest, known: readonly StoredId[], atMs: number, cost: ReadCost) {
    this.#request = request;
    this.#known = known;
    this.#atMs = atMs;
    this.#cost = cost;
    this.#accumulation = new Accumulation(request, atMs);
  }

  /** What lies in heads and lifetimes. */
  addNear(): void {
    const { plan, sources } = this.#request;
    for (const { head } of this.#known)
      for (const bytes of head.openRows)
        for (const row of decodeRows(bytes, plan, sources)) {
          this.#accumulation.addRow(row);
          this.#cost.rows++;
        }
    const summedUp = this.#known.filter(({ head, lifetime }) => lifetime && head.lifetimeBytes > 0);
    for (const { lifetime } of summedUp) this.#accumulation.readLifetime(lifetime!, summedUp.length === 1); // as looked at
    this.#cost.merges += summedUp.length;
  }

  /** All there is of them, and what may be said of items. */
  async addSettled(rows: readonly FeatureRow[], state: StateReader): Promise<void> {
    for (const row of rows) this.#accumulation.addRow(row);
    this.#cost.rows += rows.length;
    await this.#readControls(state);
  }

  get needsMore(): boolean {
    return this.#request.saysItems || this.#known.some(({ head }) => this.#wantsSealed(head));
  }

  #wantsSealed({ hasDirectory }: FeatureHead): boolean {
    return hasDirectory && this.#request.windows.some(({ kind }) => kind !== "lifetime");
  }

  /** Sealed rows and tiles that windows ask for, and what may be said of items. */
  async addFar(state: StateReader): Promise<void> {
    for (const { userId, head } of this.#known) {
      if (!this.#wantsSealed(head)) continue;
      const cutMs = await new SealedReading(state, userId, this.#request, this.#cost).addTo(
        this.#accumulation,
      );
      if (cutMs !== undefined) this.#cutsMs.push(cutMs);
    }
    await this.#readControls(state);
  }

  async #readControls(state: StateReader): Promise<void> {
    const ids = this.#known.map(({ userId }) => userId);
    this.#controls = await controlsFor(this.#request, state, ids);
  }

  finish(catalogue: Catalogue, table: ValueTable, row: number): void {
    const { asked, askedCells, ttlsMs, plan } = this.#request;
    const accumulation = this.#accumulation;
    const choices = choicesOf(this.#known);
    const others: number[] = [];
    for (let n = 0; n < askedCells.length; n++) {
      const cell = askedCells[n]!; // one for each
      const told = cell < 0 ? undefined : accumulation.told(cell);
      if (told === undefined) {
        others.push(n);
        continue;
      }
      if (choices && !mayUse(asked[n]!.planned!, plan, choices)) continue; // a cell is of a feature
      const newestMs = accumulation.toldMs(cell); // of a lifetime, which no cut reaches
      table.tell(row, n, statusWithin(ttlsMs[n]!, told, newestMs, this.#atMs), told, newestMs);
    }
    if (others.length === 0) return;
    const answerAt = accumulation.answers(catalogue, this.#controls);
    for (const n of others) {
      const { planned } = asked[n]!; // one for each
      if (!planned || !mayUse(planned, plan, choices)) continue;
      const answer = answerAt(n)!; // of a feature
      const isCut = this.#cutsMs.some((cutMs) => reachesBehind(planned, accumulation, this.#request, cutMs));
      const status = isCut ? "OUTSIDE_MAX_AGE" : statusOf(answer, planned, this.#atMs);
      table.set(row, n, status, answer, isCut);
    }
  }
}

/** Whether the feature asks for rows that were given up. */
function reachesBehind(
  planned: PlannedFeature,
  accumulation: Accumulation,
  request: FeatureRequest,
  cutMs: number,
): boolean {
  const { plan } = request;
  if (planned.kind === "derived")
    return inputsOf(planned.definition.expression).some((name) => {
      const input = plan.features.get(name);
      return input !== undefined && reachesBehind(input, accumulation, request, cutMs);
    });
  const cell = request.cells.find((found) => found.planned === planned);
  return (
    planned.window.kind !== "lifetime" && cell !== undefined && accumulation.startsMs[cell.window]! < cutMs
  );
}

export function statusOf(
  { value, newestMs = Number.NaN }: Answer,
  { definition: { ttlMs = Number.POSITIVE_INFINITY } }: PlannedFeature,
  atMs: number,
): Status {
  return statusWithin(ttlMs, value, newestMs, atMs);
}

/** `newestMs` is NaN where no event is reflected. */
function statusWithin(ttlMs: number, value: FeatureValue, newestMs: number, atMs: number): Status {
  if (value === null) return "NULL_VALUE";
  return atMs - newestMs > ttlMs ? "OUTSIDE_MAX_AGE" : "PRESENT";
}

/** What is sealed of one id for windows. */
class SealedReading {
  readonly #state: StateReader;
  readonly #userId: string;
  readonly #request: FeatureRequest;
  readonly #cost: ReadCost;

  constructor(state: StateReader, userId: string, request: FeatureRequest, cost: ReadCost) {
    this.#state = state;
    this.#userId = userId;
    this.#request = request;
    this.#cost = cost;
  }

  /** The time before which rows were given up, where some were. */
  async addTo(accumulation: Accumulation): Promise<number | undefined> {
    const [stored] = await this.#state.get([featureKey(this.#userId, "d")]);
    if (!stored) return undefined;
    const directory = decodeDirectory(stored);
    await this.#addWindows(accumulation, directory);
    return directory.isCut ? directory.keptFromMs : undefined;
  }

  async #addWindows(accumulation: Accumulation, directory: Directory): Promise<void> {
    const { plan, windows, tallies } = this.#request;
    const newestMs = directory.blocks.reduce((latest, { lastMs }) => Math.max(latest, lastMs), 0);
    const covers = windows.map((window, n): Cover => {
      const isTiled = window.kind === "sliding" || window.kind === "fixed";
      return coverOf(accumulation.startsMs[n]!, newestMs, isTiled ? activeLevels(directory) : []);
    });
    const tiles = new Map<string, { readonly key: Uint8Array; readonly windows: number[] }>();
    for (const [window, cover] of covers.entries())
      for (const { level, index } of cover.tiles) {
        const name = `${level} ${index}`;
        const known = tiles.get(name);
        if (known) known.windows.push(window);
        else tiles.set(name, { key: tileKey(this.#userId, level, index), windows: [window] });
      }
    const isEdge = (block: { readonly firstMs: number; readonly lastMs: number }): boolean =>
      windows.some(
        ({ kind }, n) =>
          kind !== "lifetime" &&
          block.lastMs > accumulation.startsMs[n]! &&
          block.firstMs < covers[n]!.edgeEndMs,
      );
    const blocks = directory.blocks.filter(isEdge).map(({ block }) => rowsKey(this.#userId, block));
    const wanted = [...tiles.values()];
    const stored = await this.#state.get([...wanted.map(({ key }) => key), ...blocks]);
    for (const [n, { windows: ofTile }] of wanted.entries()) {
      const bytes = stored[n];
      if (!bytes) continue; // nothing happened then
      const part = Part.decode(bytes, plan, tallies);
      for (const window of ofTile) accumulation.addTile(part, window);
      this.#cost.merges += ofTile.length;
    }
    const edgeEnds = covers.map(({ edgeEndMs }) => edgeEndMs);
    for (const bytes of stored.slice(wanted.length))
      for (const row of bytes ? decodeRows(bytes, plan, this.#request.sources) : []) {
        accumulation.addSealedRow(row, edgeEnds);
        this.#cost.rows++;
      }
  }
}
