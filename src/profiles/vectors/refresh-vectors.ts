import { type Clock, PlatformError, SystemClock } from "#base";
import { decodeSharedRecord, type IdentityGraph, type Purposes, SHARED_PARTITION, viewEvent } from "#events";
import type { ModelReference } from "#models";
import { type History, type HistoryContext, listUsers, readPerson } from "#sequences";
import type { EventLog, StateReader } from "#storage";
import { choicesHash, readEncodable, type ServedEncoder } from "./user-vectors.ts";
import type { LongVector, RefreshProgress, VectorStore } from "./vector-store.ts";

/**
 * @file Computes the long-term vectors anew, of those who were active since the last time, as PinnerFormer does every day (Pancha
 * et al. 2022). Who that is the log says: the users of the records that came since, late ones
 * included. It is everybody when the model is another one, or the log no longer reaches back so far.
 *
 * People are taken in the order of their ids, and how far that is stands in the store, in the same step as their vectors: what
 * was interrupted goes on from there.
 */
export interface RefreshParts extends HistoryContext {
  readonly log: EventLog;
  readonly identity: IdentityGraph;
  readonly purposes: Purposes;
  /** The platform's. */
  readonly clock: Clock;
  readonly store: VectorStore;
  readonly encoder: ServedEncoder;
  /** Per partition of the log, up to where state and identity reflect it. */
  readonly reflected: () => readonly number[];
}

/** What a refresh has done so far. */
export interface Refreshed {
  readonly version: ModelReference;
  /** People that were looked at. */
  readonly people: number;
  /** Of them, those who have a vector. */
  readonly vectors: number;
  /** People there are to look at; absent when that is everybody. */
  readonly total?: number;
}

/** People whose vectors are written in one step. */
const CHUNK = 64;
const READ_RECORDS = 1000;

/** Works when it is pulled, {@link CHUNK} people at a time; to be stopped, it is pulled no more. */
export async function* refreshVectors(parts: RefreshParts): AsyncGenerator<Refreshed> {
  const { store, encoder, state, identity } = parts;
  let pass = await beginPass(parts);
  const changed = pass.from && (await changedPeople(parts, pass.from, pass.to));
  const total = changed && { total: changed.length };
  let people = 0;
  let vectors = 0;
  const pages = changed ? pagesOf(changed, pass.after) : pagesOfEverybody(state, pass.after);
  for await (const ids of pages) {
    const computed = await computeVectors(parts, ids);
    // Who was erased meanwhile is found nowhere, and must not come to stand here again.
    const present = ids.findLast((id) => computed.has(identity.personOf(id)));
    if (present !== undefined) {
      pass = { ...pass, after: present };
      await store.put(computed, pass);
    }
    people += computed.size;
    for (const vector of computed.values()) if (vector) vectors++;
    yield { version: encoder.version, people, vectors, ...total };
  }
  const { after: _, ...whole } = pass;
  await store.put(new Map(), { ...whole, finishedMs: new SystemClock().nowMs() });
  yield { version: encoder.version, people, vectors, ...total };
}

/** The pass that was interrupted, or the next one. */
async function beginPass({ store, encoder, log, reflected }: RefreshParts): Promise<RefreshProgress> {
  const last = await store.progress();
  const { version } = encoder;
  const isSameModel = last?.version === version;
  if (isSameModel && last.finishedMs === undefined && reachesBack(log, last.from)) return last;
  const from = isSameModel && last.finishedMs !== undefined ? last.to : undefined;
  const isIncremental = from !== undefined && reachesBack(log, from);
  return { version, to: reflected(), ...(isIncremental && { from }) };
}

function reachesBack(log: EventLog, from: readonly number[] | undefined): boolean {
  return from?.every((offset, partition) => log.start(partition) <= offset) ?? true;
}

/** Ids of the people whose events came between, in order. O(records between). */
async function changedPeople(
  { log, identity }: RefreshParts,
  from: readonly number[],
  to: readonly number[],
): Promise<string[]> {
  const people = new Set<string>();
  for (const [partition, end] of to.entries()) {
    for (let next = from[partition] ?? 0; next < end; ) {
      const records = await log.read(partition, next, Math.min(READ_RECORDS, end - next));
      for (const { bytes } of records) {
        const id = bytes.length > 0 ? changedId(partition, bytes) : undefined; // an empty one was erased
        if (id !== undefined) people.add(identity.personOf(id));
      }
      const last = records.at(-1);
      if (!last)
        throw new PlatformError("data-damaged", `the log has no record ${next} in partition ${partition}`);
      next = last.offset + 1;
    }
  }
  return [...people].sort();
}

/** Linking ids comes with an event of the person's; taking them apart does not. */
function changedId(partition: number, bytes: Uint8Array): string | undefined {
  if (partition !== SHARED_PARTITION) return viewEvent(bytes).userId;
  const record = decodeSharedRecord(bytes);
  return record.kind === "unlink" ? record.id : undefined;
}

function* pagesOf(ids: readonly string[], after: string | undefined): Generator<readonly string[]> {
  const first = after === undefined ? 0 : ids.findIndex((id) => id > after);
  if (first < 0) return;
  for (let at = first; at < ids.length; at += CHUNK) yield ids.slice(at, at + CHUNK);
}

async function* pagesOfEverybody(
  state: StateReader,
  after: string | undefined,
): AsyncGenerator<readonly string[]> {
  let ids = await listUsers(state, CHUNK, after);
  while (ids.length > 0) {
    yield ids;
    ids = await listUsers(state, CHUNK, ids.at(-1));
  }
}

/** Those of the people who are there -> their vector; none for somebody of whom the model knows nothing that it may use. */
async function computeVectors(
  parts: RefreshParts,
  ids: readonly string[],
): Promise<Map<string, LongVector | undefined>> {
  const { state, identity, purposes, clock, encoder } = parts;
  const purpose = purposes.personalization;
  const asOfMs = clock.nowMs();
  const computed = new Map<string, LongVector | undefined>();
  const encodable: (Omit<LongVector, "values"> & { personId: string; history: History })[] = [];
  for (const personId of new Set(ids.map((id) => identity.personOf(id)))) {
    const known = identity.idsOf(personId);
    const person = await readPerson(state, known);
    if (!person) continue;
    computed.set(personId, undefined);
    const seen = await readEncodable(parts, encoder, { person, asOfMs, purpose });
    if (seen.asOfMs === undefined || seen.completeness === 0) continue;
    const { history, completeness } = seen;
    const basis = {
      ids: known,
      consent: await choicesHash(parts.state, person, purpose),
      asOfMs: seen.asOfMs,
    };
    const { version } = encoder;
    encodable.push({ personId, history, version, completeness, ...basis, computedAtMs: asOfMs });
  }
  const vectors = await encoder.queue.encodeLater(encodable.map(({ history }) => history));
  for (const [n, { personId, history: _, ...kept }] of encodable.entries())
    if (vectors[n]!.some((value) => value !== 0)) computed.set(personId, { ...kept, values: vectors[n]! });
  return computed;
}
