import { assert } from "#base";
import type { Candidate, PipelineTrace, Recommended } from "./pipeline.ts";

/**
 * @file A list as it is kept after it was served: one line of JSON in UTF-8, its id first, so that it is found without reading the rest.
 *
 *     {"version":1,"recommendationId":"...","userId":"anna","surface":"home","servedAtMs":...,"items":[...],"trace":{...}, ...}
 */
export interface ServedList {
  readonly recommendationId: string;
  /** Who asked, also where nothing was known of them; absent when nobody was named. */
  readonly userId?: string;
  readonly surface: string;
  readonly servedAtMs: number;
  readonly asOfMs: number;
  /** What the list was about, in the words of the request. */
  readonly condition?: Readonly<Record<string, string | string[]>>;
  readonly isColdStart: boolean;
  /** Place of the first item in the whole list: pages after the first begin later. */
  readonly offset: number;
  /** What chance derived from. */
  readonly seed: string;
  /** Role of a model -> its name and version. */
  readonly versions: Readonly<Record<string, { readonly name: string; readonly version: string }>>;
  readonly items: readonly ServedItem[];
  readonly trace: PipelineTrace;
}

export interface ServedItem
  extends Pick<Candidate, "score" | "source">,
    Pick<Recommended, "heads" | "placement" | "probability" | "reasons"> {
  readonly itemId: string;
}

const VERSION = 1;
const HEAD = `{"version":${VERSION},"recommendationId":"`;

export function encodeServedList({ recommendationId, ...list }: ServedList): Uint8Array {
  return Buffer.from(JSON.stringify({ version: VERSION, recommendationId, ...list }));
}

export function decodeServedList(record: Uint8Array): ServedList {
  const { version, ...list } = JSON.parse(Buffer.from(record).toString()) as ServedList & { version: number }; // written by us
  assert(version === VERSION, `a served list of version ${VERSION}, not ${version}`);
  return list;
}

/** As `decodeServedList`, without reading the rest. Ids have nothing that JSON would escape. */
export function idOfServedList(record: Uint8Array): string {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  assert(bytes.subarray(0, HEAD.length).toString() === HEAD, `a served list of version ${VERSION}`);
  return bytes.toString("utf8", HEAD.length, bytes.indexOf('"', HEAD.length));
}
