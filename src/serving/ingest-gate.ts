import { PlatformError } from "#base";

/**
 * @file Back-pressure at the door: the bytes of all bodies between the moment their request is let in and its answer are
 * counted, and a request that would go over the limit is told to come again before any of its body is read. What the log and
 * the state still have to do is waited for by each answer, so a slow disk shows here, as bytes that stay, and not as memory
 * that grows.
 */

/** Room that is always enough for 64 full batches. */
export const INGEST_BYTES_IN_FLIGHT = 32 * 1024 * 1024;
/** What a request takes beside its body, so that a million empty ones are not free. */
const REQUEST_BYTES = 1024;

/** Told to a client that should simply send the same again a little later; nobody has to look into it. */
export class ComeAgain extends PlatformError {
  readonly reason: "draining" | "overloaded" | "stuck";
  constructor(reason: ComeAgain["reason"], message: string) {
    super(reason === "overloaded" ? "overloaded" : "not-ready", message);
    this.reason = reason;
  }
}

export class IngestGate {
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number = INGEST_BYTES_IN_FLIGHT) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes of the requests let in and not answered yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True when a body of this size would be refused now. */
  isFullFor(bytes: number): boolean {
    return this.#bytes > 0 && this.#bytes + REQUEST_BYTES + bytes > this.#limitBytes;
  }

  /** Lets a request in. One at a time always gets in, however large. @throws ComeAgain when there is no room */
  admit(bodyBytes: number): Admission {
    if (this.isFullFor(bodyBytes)) throw this.#full();
    const admission = new Admission((change) => {
      const isAlone = this.#bytes === admission.takenBytes;
      if (change > 0 && !isAlone && this.#bytes + change > this.#limitBytes) throw this.#full();
      this.#bytes += change;
    });
    admission.resize(bodyBytes);
    return admission;
  }

  #full(): ComeAgain {
    const room = `${this.#bytes} of ${this.#limitBytes} bytes`;
    return new ComeAgain("overloaded", `events in flight take ${room}; send the same again in a second`);
  }
}

/** One request's share of what is in flight. */
export class Admission {
  readonly #change: (bytes: number) => void;
  #takenBytes = 0;
  #isReleased = false;

  constructor(change: (bytes: number) => void) {
    this.#change = change;
  }

  /** What the request counts as, beside its body too. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** The body turned out to take more or less, unpacked. @throws ComeAgain when there is no room for more */
  resize(bodyBytes: number): void {
    this.#take(bodyBytes + REQUEST_BYTES);
  }

  /** The body stands for this much more than it says. @throws ComeAgain when there is no room for it */
  grow(bytes: number): void {
    this.#take(this.#takenBytes + bytes);
  }

  /** Once answered, or gone away; a second time does nothing. */
  release(): void {
    this.#take(0);
    this.#isReleased = true;
  }

  #take(bytes: number): void {
    if (this.#isReleased) return;
    this.#change(bytes - this.#takenBytes);
    this.#takenBytes = bytes;
  }
}
