import { parseIsoTimeIn } from "#base";
import { isBlockedIdIn } from "./identity.ts";
import { JsonPacker } from "./json-packer.ts";
import { KeyPath } from "./key-path.ts";
import { MessagePlaces, type PlainBody, PlainMessage } from "./plain-message.ts";

/**
 * @file The body of a batch, read in one pass over its bytes. Messages that are nothing out of the usual become {@link PlainMessage}s; every other one (another
 * type, no `messageId` or time, said of nobody, with a choice of consent, with escapes in a text ...) is parsed as JSON, and is validated as ever. So what is
 * taken here must be right and need not be all: a test holds the records of plain messages equal to those of parsed ones, byte for byte.
 */
export interface PlainBatch {
  /** In their order: plain messages, and others as parsed. */
  readonly batch: readonly unknown[];
  readonly sentAt?: string;
}

/** `undefined` for a body that must be looked at as a whole: it is no JSON, or says more of all its messages than when they were sent. The bytes are UTF-8. */
export function readPlainBatch(json: Buffer): PlainBatch | undefined {
  if (start.count > MOST_PATHS) start = KeyPath.start(BODY_KEYS);
  const packer = new JsonPacker(json);
  const body: Body = { json, packed: packer.packed };
  if (!packer.enter()) return undefined;
  for (let path = start; packer.key(path); ) {
    path = packer.met!; // as key() says
    const read = BODY_FIELDS[path.field];
    if (!(read ? read(packer, path, body) : packer.value(LEVELS, path))) return undefined;
  }
  if (!packer.leave() || packer.next() !== undefined) return undefined;
  const { batch, sentAt } = body;
  return batch && { batch, ...(sentAt && { sentAt: sentAt.text }) };
}

interface Body extends PlainBody {
  batch?: readonly unknown[];
}

const BODY_KEYS = ["batch", "sentAt", "context"];
const BODY_FIELDS: readonly ((packer: JsonPacker, path: KeyPath, body: Body) => boolean)[] = [
  readMessages,
  readSentAt,
  () => false, // what it says of the context is said in every message
];
/** Deeper ones are looked at by who parses. */
const LEVELS = 8;
/** All that is remembered of keys; then it is begun anew. */
const MOST_PATHS = 4096;
let start = KeyPath.start(BODY_KEYS);

function readSentAt(packer: JsonPacker, _path: KeyPath, body: PlainBody): boolean {
  if (!packer.text()) return false;
  const { json, textFrom: from, textTo: to } = packer;
  const ms = parseIsoTimeIn(json, from, to);
  body.sentAt = { from, to, ms, text: json.toString("latin1", from, to) };
  return !Number.isNaN(ms);
}

function readMessages(packer: JsonPacker, path: KeyPath, body: Body): boolean {
  const messages: unknown[] = [];
  const first = path.inside(MESSAGE_KEYS);
  if (!packer.enterArray()) return false;
  for (; packer.element(messages.length); ) {
    const message = readMessage(packer, first, body) ?? packer.parseAgain();
    if (message === undefined) return false;
    messages.push(message);
  }
  body.batch = messages;
  return packer.leaveArray();
}

function readMessage(packer: JsonPacker, first: KeyPath, body: PlainBody): PlainMessage | undefined {
  const places = new MessagePlaces(packer.end);
  places.from = packer.at;
  if (!packer.enter()) return undefined;
  for (let path = first; packer.key(path); ) {
    path = packer.met!; // as key() says
    const read = MESSAGE_FIELDS[path.field] ?? readAny;
    if (!read(packer, places, path)) return undefined;
  }
  if (!packer.leave()) return undefined;
  places.to = packer.at;
  places.restTo = packer.end;
  if (places.propertiesJsonTo === 0) places.propertiesFrom = places.propertiesTo = packer.end;
  return isWhole(places, body) ? new PlainMessage(body, places) : undefined;
}

/** Whether it says what a record must say, of somebody. */
function isWhole(places: MessagePlaces, { json }: PlainBody): boolean {
  const { isTrack, idTo, nameTo, timestampMs, userFrom, userTo, anonymousFrom, anonymousTo } = places;
  if (!isTrack || idTo === 0 || nameTo === 0 || Number.isNaN(timestampMs)) return false;
  const [from, to] = userTo > 0 ? [userFrom, userTo] : [anonymousFrom, anonymousTo];
  return to > 0 && !isBlockedIdIn(json, from, to);
}

/** Reads the value of a field, whose key is the last of the path; false for one that is not as usual. */
type ReadField = (packer: JsonPacker, places: MessagePlaces, path: KeyPath) => boolean;

const takesMoreThanAPass: ReadField = () => false;

const MESSAGE_FIELD: Readonly<Record<string, ReadField>> = {
  type: (packer, places) => {
    places.isTrack = packer.text() && packer.isMet(TRACK);
    return places.isTrack;
  },
  messageId: (packer, places) => {
    if (!isTextOf(packer, 1, 100)) return false;
    places.idFrom = packer.textFrom;
    places.idTo = packer.textTo;
    return true;
  },
  userId: (packer, places) => {
    if (packer.isNullNext()) return packer.skipNull();
    if (!isTextOf(packer, 1, 255)) return false;
    places.userFrom = packer.textFrom;
    places.userTo = packer.textTo;
    return packer.isAscii;
  },
  anonymousId: (packer, places) => {
    beginRest(packer, places);
    if (packer.isNullNext()) return packer.value(0);
    if (!isTextOf(packer, 1, 255)) return false;
    packer.packMet();
    places.anonymousFrom = packer.textFrom;
    places.anonymousTo = packer.textTo;
    return packer.isAscii;
  },
  event: (packer, places) => {
    if (!isTextOf(packer, 1, 100)) return false;
    places.nameFrom = packer.textFrom;
    places.nameTo = packer.textTo;
    return true;
  },
  timestamp: (packer, places) => {
    if (packer.text()) places.timestampMs = parseIsoTimeIn(packer.json, packer.textFrom, packer.textTo);
    return !Number.isNaN(places.timestampMs);
  },
  properties: readProperties,
  context: (packer, places, path) => {
    beginRest(packer, places);
    return packer.object(LEVELS, path, ["consent", "consentManagement"]);
  },
  integrations: (packer, places, path) => {
    beginRest(packer, places);
    return packer.object(LEVELS, path);
  },
  originalTimestamp: takesMoreThanAPass,
  sentAt: takesMoreThanAPass,
  name: takesMoreThanAPass,
  traits: takesMoreThanAPass,
  source: takesMoreThanAPass,
  itemEdition: takesMoreThanAPass,
};
const MESSAGE_KEYS = Object.keys(MESSAGE_FIELD);
const MESSAGE_FIELDS = Object.values(MESSAGE_FIELD);
const TRACK = Buffer.from("track");

/** A field that has no place of its own in an event. */
function readAny(packer: JsonPacker, places: MessagePlaces, path: KeyPath): boolean {
  beginRest(packer, places);
  return packer.value(LEVELS, path);
}

/** Packs the key met last as one of the rest. */
function beginRest(packer: JsonPacker, places: MessagePlaces): void {
  places.restCount++;
  packer.packKey();
}

/** Whether a text of so many bytes is next; a text has no more characters than bytes. */
function isTextOf(packer: JsonPacker, least: number, most: number): boolean {
  if (!packer.text()) return false;
  const length = packer.textTo - packer.textFrom;
  return length >= least && length <= most;
}

function readProperties(packer: JsonPacker, places: MessagePlaces, path: KeyPath): boolean {
  packer.next();
  places.propertiesJsonFrom = packer.at;
  places.propertiesFrom = packer.end;
  if (!packer.enter()) return false;
  let count = 0;
  for (let within = path.inside(PROPERTY_KEYS); packer.key(within); count++) {
    within = packer.met!; // as key() says
    const read = PROPERTIES[within.field];
    packer.packKey();
    if (!(read ? read(packer, places, within) : packer.value(LEVELS, within))) return false;
  }
  places.propertyCount = count;
  places.propertiesTo = packer.end;
  if (!packer.leave()) return false;
  places.propertiesJsonTo = packer.at;
  return true;
}

/** As `TrackProperties` has them. */
const PROPERTY: Readonly<Record<string, ReadField>> = {
  itemId: (packer, places) => {
    if (!packTextOf(packer, 1, 255)) return false;
    places.itemFrom = packer.textFrom;
    places.itemTo = packer.textTo;
    return true;
  },
  surface: (packer, places) => {
    if (!packTextOf(packer, 0, 64)) return false;
    places.surfaceFrom = packer.textFrom;
    places.surfaceTo = packer.textTo;
    return true;
  },
  dwellMs: (packer) => packer.packNumber() && packer.number >= 0 && packer.number <= 1e9,
  value: (packer) => packer.packNumber() && Math.abs(packer.number) <= 1e12,
  slateId: (packer) => packTextOf(packer, 0, 100),
  position: (packer) =>
    packer.packNumber() && Number.isInteger(packer.number) && packer.number >= 0 && packer.number <= 65534,
  source: (packer) => packTextOf(packer, 0, 100),
};
const PROPERTY_KEYS = Object.keys(PROPERTY);
const PROPERTIES = Object.values(PROPERTY);

function packTextOf(packer: JsonPacker, least: number, most: number): boolean {
  if (!isTextOf(packer, least, most)) return false;
  packer.packMet();
  return true;
}
