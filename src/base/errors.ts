import { constants } from "node:os";

/** @file The catalogue of errors a caller can cause. `docs/errors.md` lists the same codes (a test holds them equal). */

/** code -> HTTP status and what it means. A message names the value and the fix. */
export const errorCatalogue = {
  "invalid-request": { status: 400, meaning: "The request does not have the documented shape." },
  "invalid-json": { status: 400, meaning: "The body is not JSON." },
  unauthorized: { status: 401, meaning: "A key is required and none, or a wrong one, was sent." },
  "user-not-found": {
    status: 404,
    meaning: "Nothing of this user was ever received, and no list that was made for them is kept.",
  },
  "link-not-found": { status: 404, meaning: "The id is not linked to this user." },
  "interest-not-found": { status: 404, meaning: "The user has no such interest, and no topic is called so." },
  "erasure-not-found": { status: 404, meaning: "No erasure has this id." },
  "item-not-found": { status: 404, meaning: "No such item was ever received." },
  "route-not-found": { status: 404, meaning: "No such path." },
  "recommendation-not-found": { status: 404, meaning: "No list of this id is kept (any more)." },
  "run-not-found": { status: 404, meaning: "No training run has this id since the server started." },
  "request-timeout": { status: 408, meaning: "The request did not come whole in time." },
  "already-training": { status: 409, meaning: "A model is being fitted; one is fitted at a time." },
  "data-locked": { status: 409, meaning: "Another process has this data folder open." },
  "stale-cursor": {
    status: 409,
    meaning:
      "The cursor is of other models or stages than those in force now, or of what was popular before a restart; begin at the first page.",
  },
  "version-mismatch": { status: 409, meaning: "Vectors of different model versions were to be compared." },
  "body-too-large": { status: 413, meaning: "The body is over the documented limit." },
  "unsupported-media-type": {
    status: 415,
    meaning: "The body's content type or encoding is not one that is taken.",
  },
  "headers-too-large": { status: 431, meaning: "The request's head is larger than is read." },
  "unknown-dataset": { status: 422, meaning: "No data set of this name is known." },
  "missing-file": { status: 422, meaning: "A data set's file is not where it was looked for." },
  "unknown-surface": { status: 422, meaning: "No surface of this name is declared." },
  "unknown-model": { status: 422, meaning: "No model of this name is known." },
  "unknown-protocol": { status: 422, meaning: "The data set is not evaluated by this protocol." },
  "invalid-config": { status: 422, meaning: "A setting has a value it cannot take." },
  "invalid-model": { status: 422, meaning: "A model made elsewhere does not do what is said of it." },
  "model-too-large": { status: 422, meaning: "The model would not fit in memory on this data." },
  "no-data": { status: 422, meaning: "There is nothing to learn from or to serve yet." },
  "data-read-only": { status: 422, meaning: "The data folder cannot be written." },
  "data-damaged": { status: 422, meaning: "The data folder cannot be read as it is." },
  "data-mismatch": { status: 422, meaning: "The data folder holds something other than what was asked for." },
  "port-in-use": { status: 422, meaning: "Another program listens on the port." },
  "unsafe-bind": { status: 422, meaning: "A public address was asked for without keys." },
  internal: { status: 500, meaning: "Our mistake; the log has the details under the request id." },
  overloaded: { status: 503, meaning: "As much as fits in memory is in flight; send the same again." },
  "not-ready": { status: 503, meaning: "The platform is starting, stopping, or cannot write." },
  "not-made-yet": { status: 503, meaning: "It is being made for the first time; ask again." },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** Their request cannot be served: carries a code of the catalogue and a message naming the value and the fix. */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PlatformError";
    this.code = code;
  }
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** What systems say of a disk, a quota or a file that can take no more. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Whether an error, or what caused it, is for want of room: there may be some later. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && FULL.has(String(error.code))) || isDiskFull(error.cause);
}

/** What is told to whoever cannot be served for want of room in a folder. */
export function diskFull(folder: string, cause: unknown): PlatformError {
  const message = `the disk of ${folder} is full (${String(cause)}); make room on it and send the same again`;
  return new PlatformError("not-ready", message, { cause });
}

/** What systems say to whoever may not write in a place; LMDB says it by its number. */
const UNWRITABLE = new Set([
  "EROFS",
  "EACCES",
  "EPERM",
  String(constants.errno.EROFS),
  String(constants.errno.EACCES),
]);

/** Why a folder could not be written, as it is to be told: of a full disk, or of one that may not be written; the error as it is where it was neither. */
export function writingFault(folder: string, error: unknown): unknown {
  if (isDiskFull(error)) return diskFull(folder, error);
  if (!(error instanceof Error && "code" in error && UNWRITABLE.has(String(error.code)))) return error;
  const message = `${folder} cannot be written (${error.message}); let this user write there, or choose another with --data`;
  return new PlatformError("data-read-only", message, { cause: error });
}
