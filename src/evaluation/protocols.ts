import { PlatformError } from "#base";
import { coldStart } from "./cold-start.ts";
import { deskdrop } from "./deskdrop.ts";
import { futureDisjoint, futureWindow, stalenessProtocols } from "./future-window.ts";
import { looFull } from "./loo-full.ts";
import { ncf } from "./ncf.ts";
import { newItems } from "./new-items.ts";
import { splitFull } from "./split-full.ts";
import type { Protocol } from "./task.ts";

/** Every way we evaluate a model of what people engage with. */
export const protocols: readonly Protocol[] = [
  ncf,
  looFull,
  splitFull,
  deskdrop,
  futureWindow,
  futureDisjoint,
  ...stalenessProtocols,
  coldStart,
  newItems,
];

/**
 * The protocol of this name.
 * @throws PlatformError `unknown-protocol`, listing the names that are known
 */
export function protocolNamed(name: string): Protocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found) return found;
  const names = protocols.map((protocol) => protocol.name).join(", ");
  throw new PlatformError("unknown-protocol", `No protocol is called "${name}". Known: ${names}.`);
}
