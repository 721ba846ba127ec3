import type { Actions, Catalogue } from "#events";
import { hasItem, type PersonControls, type SequenceWindow } from "#sequences";
import type { Act } from "./activity-features.ts";

interface ReadAction {
  readonly name: string;
  readonly isPositive: boolean;
}

/** What a person did, oldest first, as predictions read it: the same as they learned from (`acts-from-log.ts`). */
export function actsIn(
  window: SequenceWindow,
  { catalogue, actions }: { readonly catalogue: Catalogue; readonly actions: Actions },
  controls: PersonControls,
): Act[] {
  const acts: Act[] = [];
  const known: (ReadAction | undefined)[] = [];
  const actionOf = (code: number): ReadAction => {
    const name = catalogue.actions.nameOf(code);
    const read = { name, isPositive: actions.named(name)?.kind === "positive" };
    known[code] = read;
    return read;
  };
  window.forEach((rows, n) => {
    const [timestampMs, value, itemRow] = [rows.timestampMs(n), rows.value(n), rows.itemRow(n)];
    const { name: action, isPositive } = known[rows.action(n)] ?? actionOf(rows.action(n));
    const isSaid =
      isPositive &&
      hasItem({ itemRow }) &&
      (controls.isEmpty || controls.counts(catalogue.at(itemRow), timestampMs));
    const act: { -readonly [name in keyof Act]: Act[name] } = { timestampMs, action };
    if (value !== undefined) act.value = value;
    if (isSaid) act.itemRow = itemRow;
    acts.push(act);
  });
  return acts.reverse();
}
