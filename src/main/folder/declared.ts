import { PlatformError } from "#base";
import { actionsOf, type Config, MAX_PURPOSES, purposesOf } from "#declarations";
import { type Catalogue, encodeSharedRecord, SHARED_PARTITION } from "#events";
import { FEATURE_FORMAT } from "#features";
import type { EventLog } from "#storage";
import type { DataManifest } from "./data-folder.ts";

/**
 * @file What a data folder's state is built with: the names of actions, which make rows, and of purposes, which rows speak of; and the
 * features it has, which other commands change (`features.ts`).
 */

/** The part of a manifest that says so. */
export type Declared = Pick<DataManifest, "actions" | "purposes" | "features">;

export function declaredBy(config: Config): Declared {
  const purposes = purposesOf(config);
  return {
    actions: actionsOf(config),
    purposes: purposes.map(({ name }) => name),
    features: { format: FEATURE_FORMAT, definitions: config.features ?? [], purposes },
  };
}

/**
 * What makes state built with the one another than state built with the other, in words; `undefined` when nothing does: strengths
 * and verbs are read anew every time, and a purpose too many does no harm. A cap counts, for a seal trims by it.
 */
export function changeOf(built: Declared, wanted: Declared): string | undefined {
  const actions = ({ actions }: Declared): string[] => actions.map(({ name }) => name);
  const added = [
    ...actions(wanted).filter((name) => !actions(built).includes(name)),
    ...wanted.purposes.filter((name) => !built.purposes.includes(name)),
  ];
  const removed = actions(built).filter((name) => !actions(wanted).includes(name));
  const capped = built.actions.filter(({ name, maxRows }) =>
    wanted.actions.some((action) => action.name === name && action.maxRows !== maxRows),
  );
  const changes = [
    ...(added.length > 0 ? [`adds ${added.join(", ")}`] : []),
    ...(removed.length > 0 ? [`removes ${removed.join(", ")}`] : []),
    ...(capped.length > 0 ? [`caps ${capped.map(({ name }) => name).join(", ")} otherwise`] : []),
  ];
  return changes.length > 0 ? changes.join(" and ") : undefined;
}

/**
 * The manifest with the configuration's declarations.
 * @throws PlatformError `data-mismatch` when that takes a replay, saying so
 */
export function adopt(folder: string, manifest: DataManifest, wanted: Declared): DataManifest {
  const change = changeOf(manifest, wanted);
  if (change === undefined) return { ...manifest, actions: wanted.actions };
  throw new PlatformError(
    "data-mismatch",
    `${folder} was built with other declarations than the configuration has now, which ${change}. Apply it to the events there are ` +
      "with inkling replay --config FILE (and the same --data and --dataset; without --config where you have no file), or go back to " +
      "the declarations its inkling.json lists.",
  );
}

/**
 * Numbers purposes that have no number yet; resolves when that is durable.
 * @throws PlatformError `invalid-config` when there are no numbers left
 */
export async function numberPurposes(
  log: EventLog,
  { purposes }: Catalogue,
  names: readonly string[],
): Promise<void> {
  const fresh = names.filter((name) => purposes.codeOf(name) === undefined);
  const known = purposes.names().length;
  if (names.some((name) => purposes.codeOf(name) === 0) || known + fresh.length > MAX_PURPOSES) {
    throw new PlatformError(
      "invalid-config",
      `purposes are ${names.join(", ")}: with those declared before (${purposes.names().join(", ")}) they are more than the ` +
        `${MAX_PURPOSES} a data folder can tell apart; leave out ${fresh.at(-1) ?? names.at(-1)}, or import into a new folder`,
    );
  }
  if (fresh.length > 0)
    await log.append(
      SHARED_PARTITION,
      fresh.map((name) => encodeSharedRecord({ kind: "purpose", name })),
    );
}
