/** Why something the client was asked to do did not happen. */
export type ClientErrorCode =
  /** The platform took the batch and refused this event or item; `reason` and `path` say why. It is not sent again. */
  | "rejected"
  /** The queue holds `maxQueue` events: this one was not taken. */
  | "queue-full"
  /** The event alone is larger than the platform takes, or is no JSON: it was not taken. */
  | "invalid-event"
  /** The client is closed: the event was not taken. */
  | "closed"
  /** The platform refused the whole request (a wrong key, a wrong path), or the time to close ran out: not delivered. */
  | "undelivered"
  /** A request for something to read was refused or not answered. */
  | "request-failed";

export interface ClientErrorDetails {
  /** What it is about: the messages or the item, as they were to be sent. */
  readonly messages?: readonly unknown[];
  /** Code of the platform (docs/errors.md, or of a rejection). */
  readonly reason?: string;
  /** JSON pointer to the value at fault. */
  readonly path?: string;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  readonly cause?: unknown;
}

export class ClientError extends Error {
  readonly code: ClientErrorCode;
  readonly messages: readonly unknown[];
  readonly reason: string | undefined;
  readonly path: string | undefined;
  readonly status: number | undefined;
  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ClientError";
    this.code = code;
    this.messages = details.messages ?? [];
    this.reason = details.reason;
    this.path = details.path;
    this.status = details.status;
  }
}
