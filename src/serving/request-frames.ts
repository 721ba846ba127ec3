import { isUtf8 } from "node:buffer";
import type { OnlineFeaturesBody } from "#api";

/** What a request for features asks of its ids, worked out once. */
export interface RequestFrame<Asked> {
  readonly asked: Asked;
  /** The name the ids are given under. */
  readonly entity: string;
  readonly isFull: boolean;
}

/** A body that is a known frame around other ids. */
export class FramedRequest<Asked> {
  readonly frame: RequestFrame<Asked>;
  readonly ids: readonly Id[];

  constructor(frame: RequestFrame<Asked>, ids: readonly Id[]) {
    this.frame = frame;
    this.ids = ids;
  }
}

type Id = string | number;

interface KnownFrame<Asked> {
  readonly frame: RequestFrame<Asked>;
  /** The text before the list of ids, and after it. */
  readonly head: Buffer;
  readonly tail: Buffer;
}

/** Frames that are kept, and the longest. */
const KEPT = 16;
/** How often the frame of one list of features is looked for: clients write the same in a few ways. */
const TRIES = 8;
const MAX_BYTES = 64 * 1024;
/** The schema's bounds of ids. */
const MAX_IDS = 1000;
const MAX_CHARACTERS = 265;

/**
 * @file Bodies of one caller differ in a list of ids and in nothing else. What is around the list is kept as bytes with what it asks; where a body
 * begins and ends with them, its list alone is parsed and checked. JSON has no context: one list in the place of another leaves everything
 * else as it was, which is tried once with a list of its own before a frame is kept.
 */
export class RequestFrames<Asked extends object> {
  /** Those met last first. */
  readonly #known: KnownFrame<Asked>[] = [];
  /** Bodies that were read whole. */
  readonly #bytes = new WeakMap<object, Buffer>();
  /** How often what is asked was read whole. */
  readonly #times = new WeakMap<Asked, number>();

  /** `undefined` where the body has to be read whole. */
  find(body: Buffer): FramedRequest<Asked> | undefined {
    for (let n = 0; n < this.#known.length; n++) {
      const known = this.#known[n]!;
      const { frame, head, tail } = known;
      const end = body.length - tail.length;
      if (end < head.length || head.compare(body, 0, head.length) !== 0) continue;
      if (tail.compare(body, end) !== 0) continue;
      const ids = idsIn(body.subarray(head.length, end));
      if (!ids) return undefined;
      if (n > 0) this.#known.unshift(...this.#known.splice(n, 1));
      return new FramedRequest(frame, ids);
    }
    return undefined;
  }

  /** Remembers of what bytes a body was read, for as long as there is the body. */
  note(body: object, bytes: Buffer): void {
    this.#bytes.set(body, bytes);
  }

  /** Learns the frame of a body that was read whole, when the same is asked again; who asks for something else each time makes no frames. */
  learn(body: OnlineFeaturesBody, frame: RequestFrame<Asked>): void {
    const times = this.#times.get(frame.asked) ?? 0;
    this.#times.set(frame.asked, times + 1);
    const bytes = this.#bytes.get(body);
    if (times === 0 || times > TRIES || !bytes || bytes.length > MAX_BYTES) return;
    const text = bytes.toString();
    const place = placeOfIds(text, body, frame.entity);
    if (!place) return;
    const [head, tail] = [text.slice(0, place.from), text.slice(place.to)].map((part) => Buffer.from(part));
    this.#known.unshift({ frame, head: head!, tail: tail! });
    this.#known.length = Math.min(this.#known.length, KEPT);
  }
}

/** The list, when it is one that the schema takes. */
function idsIn(bytes: Buffer): Id[] | undefined {
  if (!isUtf8(bytes)) return undefined;
  const ids = parsed(bytes.toString());
  if (!Array.isArray(ids) || ids.length > MAX_IDS) return undefined;
  const isTaken = (id: unknown): boolean =>
    typeof id === "number"
      ? Math.abs(id) <= Number.MAX_SAFE_INTEGER
      : typeof id === "string" && id.length <= MAX_CHARACTERS;
  return ids.every(isTaken) ? ids : undefined;
}

/** Where the list of ids lies in the text: where another in its place changes it and nothing else. */
function placeOfIds(
  text: string,
  body: OnlineFeaturesBody,
  entity: string,
): { readonly from: number; readonly to: number } | undefined {
  const from = text.indexOf("[", text.lastIndexOf(JSON.stringify(entity)));
  const to = text.indexOf("]", from) + 1;
  if (from < 0 || to === 0) return undefined;
  const other = ["another", 1];
  const tried = parsed(text.slice(0, from) + JSON.stringify(other) + text.slice(to));
  const expected = { ...body, entities: { ...body.entities, [entity]: other } };
  return JSON.stringify(tried) === JSON.stringify(expected) ? { from, to } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
