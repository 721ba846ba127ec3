import { PlatformError } from "#base";

export function userNotFound(id: string): PlatformError {
  return new PlatformError("user-not-found", `nothing was received of user "${id}" by that time`);
}
