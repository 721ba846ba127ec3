/**
 * @file The keys of objects, expected to come as they came before: programs write the same fields in the same order, so the next key is most often known by comparing its
 * bytes to those of the few that followed once. A path is a key behind those that came before it in its object, no two alike; paths are a tree, and the value of a
 * key has a tree of its own where it is an object.
 */
export class KeyPath {
  /** UTF-8. */
  readonly text: Buffer;
  /** As most write it before its value. */
  readonly quoted: Buffer;
  /** Its number among the keys that are looked for in its object, or -1. */
  readonly field: number;
  /** Undefined before the first key. */
  readonly before: KeyPath | undefined;
  readonly following: KeyPath[] = [];
  readonly #sought: readonly string[];
  readonly #tally: Tally;
  #inside: KeyPath | undefined;

  private constructor(text: Buffer, before: KeyPath | undefined, sought: readonly string[], tally: Tally) {
    this.text = text;
    this.quoted = Buffer.concat([QUOTE, text, QUOTE_AND_COLON]);
    this.field = before ? sought.indexOf(text.toString()) : -1;
    this.before = before;
    this.#sought = sought;
    this.#tally = tally;
    tally.paths++;
  }

  /** Before the first key of an object in which these are looked for. */
  static start(sought: readonly string[], tally: Tally = { paths: 0 }): KeyPath {
    return new KeyPath(Buffer.alloc(0), undefined, sought, tally);
  }

  /** How many paths there are in the whole tree. */
  get count(): number {
    return this.#tally.paths;
  }

  /** The path with the key behind it, from now on expected; `undefined` where the key came before, or an object would have it elsewhere. */
  add(key: Buffer): KeyPath | undefined {
    if (this.following.length >= MOST_FOLLOWING || !isUsual(key) || this.#has(key)) return undefined;
    const path = new KeyPath(Buffer.from(key), this, this.#sought, this.#tally); // a copy: it outlives the request
    this.following.push(path);
    return path;
  }

  /** Before the first key of the object that is the value of this key. */
  inside(sought: readonly string[]): KeyPath {
    this.#inside ??= KeyPath.start(sought, this.#tally);
    return this.#inside;
  }

  #has(key: Buffer): boolean {
    for (let path: KeyPath | undefined = this; path?.before; path = path.before)
      if (path.text.equals(key)) return true;
    return false;
  }
}

interface Tally {
  paths: number;
}

/** Where more than that followed, what comes is parsed. */
const MOST_FOLLOWING = 16;
const MOST_KEY_BYTES = 200;
const QUOTE = Buffer.from('"');
const QUOTE_AND_COLON = Buffer.from('":');

/** Objects have keys that are numbers before the others, and msgpackr looks for one of this name in each. */
function isUsual(key: Buffer): boolean {
  const first = key[0] ?? 0x30;
  return (
    !(first >= 0x30 && first <= 0x39) && key.length <= MOST_KEY_BYTES && key.toString() !== "hasOwnProperty"
  );
}
