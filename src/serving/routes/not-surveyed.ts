import { PlatformError } from "#base";

/** What is told of everybody before they were looked at. */
export function notSurveyed(): PlatformError {
  return new PlatformError(
    "not-made-yet",
    "everybody is being looked at for the first time; ask again in a few seconds",
  );
}
