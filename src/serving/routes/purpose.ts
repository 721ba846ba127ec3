import { PlatformError } from "#base";
import type { NamedPurpose } from "#events";
import type { Services } from "../services.ts";

/** @throws PlatformError `invalid-request` for a purpose that is not declared: nobody can have agreed to it */
export function purposeNamed(name: string, { purposes }: Pick<Services, "purposes">): NamedPurpose {
  const purpose = purposes.named(name);
  if (purpose) return purpose;
  throw new PlatformError(
    "invalid-request",
    `purpose is "${name}", which is not declared; declared: ${purposes.names().join(", ")}`,
  );
}

/** The purpose that a query names, if it names one. @throws PlatformError as `purposeNamed` */
export function purposeOf(
  { purpose: name }: { readonly purpose?: string },
  services: Pick<Services, "purposes">,
): NamedPurpose | undefined {
  return name === undefined ? undefined : purposeNamed(name, services);
}
