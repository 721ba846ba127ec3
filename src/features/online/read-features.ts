import { inputsOf } from "#declarations";
import type { Catalogue, IdentityGraph } from "#events";
import { decodeChoices, joinChoices, type StandingChoices } from "#sequences";
import type { StateReader } from "#storage";
import type { PlannedFeature } from "../definition/plan.ts";
import { decodeRows } from "../feature-row.ts";
import { Part } from "../part.ts";
import { activeLevels, type Cover, coverOf, type Directory, decodeDirectory } from "../state/directory.ts";
import { decodeFeatureHead, type FeatureHead } from "../state/feature-head.ts";
import { featureKey, rowsKey, tileKey } from "../state/feature-keys.ts";
import { Accumulation, type Answer } from "./accumulation.ts";
import type { FeatureRequest } from "./feature-request.ts";
import { controlsFor, mayUse } from "./may-use.ts";

/** What a feature of a person is now, and whether there is such a thing; Feast's words. */
export interface OnlineValue extends Answer {
  readonly status: "PRESENT" | "NULL_VALUE" | "NOT_FOUND" | "OUTSIDE_MAX_AGE";
  /** True when its window reaches behind the rows that are kept: the value is of a part. */
  readonly isCut?: boolean;
}

export interface FeatureContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
}

/** What one read took: to see that it stays small. */
export interface ReadCost {
  rows: number;
  merges: number;
}

export const NOT_FOUND: OnlineValue = { status: "NOT_FOUND", value: null, newestMs: undefined };

/**
 * The features of each person, as of `nowMs` or of the newest event applied, whichever is later (a clock may have been set back). In
 * the order asked; an unknown person or feature is NOT_FOUND. One read of the state for all heads, two more for what is sealed.
 */
export async function readFeatures(
  context: FeatureContext,
  request: FeatureRequest,
  userIds: readonly string[],
  nowMs: number,
  cost: ReadCost = { rows: 0, merges: 0 },
): Promise<OnlineValue[][]> {
  const ids = userIds.map((userId) => context.identity.idsOf(userId));
  const stored = await context.state.get(ids.flat().map((id) => featureKey(id, "h")));
  let next = 0;
  const people = ids.map((idsOfOne): Person => {
    const heads = idsOfOne.flatMap((userId) => {
      const bytes = stored[next++];
      return bytes ? [{ userId, head: decodeFeatureHead(bytes) }] : [];
    });
    const atMs = heads.reduce((latest, { head }) => Math.max(latest, head.newestMs), nowMs);
    return { heads, atMs };
  });
  const answers: OnlineValue[][] = [];
  for (const person of people) answers.push(await readPerson(context, request, person, cost));
  return answers;
}

interface Person {
  readonly heads: readonly { readonly userId: string; readonly head: FeatureHead }[];
  /** The moment asked about. */
  readonly atMs: number;
}

async function readPerson(
  { state, catalogue }: FeatureContext,
  request: FeatureRequest,
  { heads, atMs }: Person,
  cost: ReadCost,
): Promise<OnlineValue[]> {
  // A choice alone is no event: nothing is known of them yet.
  if (heads.every(({ head }) => head.newestMs === 0)) return request.asked.map(() => NOT_FOUND);
  const { plan } = request;
  const accumulation = new Accumulation(request, atMs);
  const cuts: number[] = [];
  for (const { userId, head } of heads) {
    const reading = new SealedReading(state, userId, request, cost);
    const cutMs = await reading.addTo(accumulation, head);
    if (cutMs !== undefined) cuts.push(cutMs);
    for (const bytes of head.openRows)
      for (const row of decodeRows(bytes, plan, request.sources)) {
        accumulation.addRow(row);
        cost.rows++;
      }
  }
  const choices = choicesOf(heads.map(({ head }) => head));
  const controls = await controlsFor(
    request,
    state,
    heads.map(({ userId }) => userId),
  );
  return accumulation.finish(catalogue, controls).map((answer, n): OnlineValue => {
    const { planned } = request.asked[n]!;
    if (!answer || !planned || !mayUse(planned, plan, choices)) return NOT_FOUND;
    const isCut =
      cuts.length > 0 && cuts.some((cutMs) => reachesBehind(planned, accumulation, request, cutMs));
    if (isCut) return { ...answer, status: "OUTSIDE_MAX_AGE", isCut };
    const status = statusOf(answer, planned, atMs);
    if (answer.under) return { ...answer, status };
    return { status, value: answer.value, newestMs: answer.newestMs };
  });
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
  { value, newestMs }: Answer,
  { definition }: PlannedFeature,
  atMs: number,
): OnlineValue["status"] {
  if (value === null) return "NULL_VALUE";
  const { ttlMs } = definition;
  return ttlMs !== undefined && newestMs !== undefined && atMs - newestMs > ttlMs
    ? "OUTSIDE_MAX_AGE"
    : "PRESENT";
}

export function choicesOf(heads: readonly FeatureHead[]): StandingChoices | undefined {
  const said = heads.map(({ choices }) => decodeChoices(choices)).filter((choices) => choices !== undefined);
  return said.length === 0 ? undefined : said.reduce(joinChoices);
}

/** What is sealed of one id. */
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
  async addTo(accumulation: Accumulation, head: FeatureHead): Promise<number | undefined> {
    const { plan, needsLifetime, windows } = this.#request;
    const wantsLifetime = needsLifetime && head.lifetimeBytes > 0;
    const wantsWindows = head.hasDirectory && windows.some(({ kind }) => kind !== "lifetime");
    if (!wantsLifetime && !wantsWindows) return undefined;
    const [lifetime, stored] = await this.#state.get([
      featureKey(this.#userId, "l"),
      ...(wantsWindows ? [featureKey(this.#userId, "d")] : []),
    ]);
    if (wantsLifetime && lifetime) {
      accumulation.takeLifetime(Part.decode(lifetime, plan));
      this.#cost.merges++;
    }
    if (!stored) return undefined;
    const directory = decodeDirectory(stored);
    await this.#addWindows(accumulation, directory);
    return directory.isCut ? directory.keptFromMs : undefined;
  }

  async #addWindows(accumulation: Accumulation, directory: Directory): Promise<void> {
    const { plan, windows } = this.#request;
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
      const part = Part.decode(bytes, plan);
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
