import { type Actions, type Catalogue, UNNAMED } from "#events";
import type { StateOperation, StateReader } from "#storage";
import { countOf } from "./event-counts.ts";
import { GoneDays } from "./gone-days.ts";
import { SealedBlocks } from "./sealed-blocks.ts";
import { BLOCK_ROWS, type SequenceRow } from "./sequence-block.ts";
import { type BlockStart, goneDaysKey, trimKey } from "./state-keys.ts";
import { EVERY_ACTION, TrimMarks } from "./trim-marks.ts";
import type { HeadParts } from "./user-head.ts";

/**
 * @file The sealed rows of one user, kept to the newest ones: `SEQUENCE_ROWS` in all, and fewer of an action that declares so. Pinterest
 * trims in the background of its store; here a seal trims, in the thread that applies, for then what is kept depends on the order of the
 * user's events alone and a replay comes out the same. A seal looks at a few blocks at most; what that leaves over waits for the next.
 */
export class CappedBlocks {
  readonly #userId: string;
  readonly #context: CapContext;
  readonly #blocks: SealedBlocks;
  /** Read when something is over its cap, which it is for few users. */
  #marks: TrimMarks | undefined;
  #days: GoneDays | undefined;

  constructor(userId: string, { newestBlock, sealedMs }: Sealed, context: CapContext) {
    this.#userId = userId;
    this.#context = context;
    this.#blocks = new SealedBlocks(userId, newestBlock, sealedMs, context.state);
  }

  get newest(): BlockStart | undefined {
    return this.#blocks.newest;
  }

  /** Time of the last row of the newest block, ms. */
  get newestMs(): number {
    return this.#blocks.newestMs;
  }

  /** Seals rows, in order, and trims. `counted` counts them, and everything sealed before. */
  async seal(rows: readonly SequenceRow[], counted: Counted): Promise<void> {
    const caps = this.#capsOf(counted);
    if (caps.every(({ rowCount, maxRows }) => rowCount <= maxRows)) return this.#blocks.insert(rows);
    const marks = await this.#openMarks();
    const actions = caps.map(({ action }) => action);
    const gone = rows.filter((row) => marks.isGone(row));
    marks.count(gone, actions);
    await this.#noteDays(gone);
    await this.#blocks.insert(rows.filter((row) => !gone.includes(row)));
    for (const { action, maxRows, rowCount } of caps) {
      const { removed, end } = marks.of(action);
      const excess = rowCount - removed - maxRows;
      if (excess < slackOf(maxRows)) continue;
      const isUnder = (row: SequenceRow): boolean => action === EVERY_ACTION || row.action === action;
      const removal = await this.#blocks.removeOldest(end, excess, isUnder);
      marks.count(removal.removed, actions);
      await this.#noteDays(removal.removed);
      marks.moveTo(action, removal.end);
    }
  }

  operations(): StateOperation[] {
    const blocks = this.#blocks.operations();
    if (!this.#marks) return blocks;
    const operations: StateOperation[] = [
      ...blocks,
      { kind: "put", key: trimKey(this.#userId), value: this.#marks.encode() },
    ];
    if (this.#days)
      operations.push({ kind: "put", key: goneDaysKey(this.#userId), value: this.#days.encode() });
    return operations;
  }

  async #noteDays(gone: readonly SequenceRow[]): Promise<void> {
    if (gone.length === 0) return;
    if (!this.#days) {
      const [stored] = await this.#context.state.get([goneDaysKey(this.#userId)]);
      this.#days = stored ? GoneDays.decode(stored) : new GoneDays();
    }
    this.#days.add(gone);
  }

  async #openMarks(): Promise<TrimMarks> {
    if (this.#marks) return this.#marks;
    const [stored] = await this.#context.state.get([trimKey(this.#userId)]);
    this.#marks = stored ? TrimMarks.decode(stored) : new TrimMarks();
    return this.#marks;
  }

  /** The caps on what the user has, that on everything last: it takes what the others leave. */
  #capsOf({ counts, rowCount }: Counted): Cap[] {
    const { actions, catalogue } = this.#context;
    const caps: Cap[] = [];
    for (const { name, maxRows } of actions.capped) {
      const action = catalogue.actions.codeOf(name) ?? UNNAMED;
      const count = countOf(counts, name);
      if (action !== UNNAMED && count > 0) caps.push({ action, maxRows, rowCount: count });
    }
    caps.push({ action: EVERY_ACTION, maxRows: SEQUENCE_ROWS, rowCount });
    return caps;
  }
}

/** What is sealed already. */
type Sealed = Pick<HeadParts, "newestBlock" | "sealedMs">;
/** How many rows there were, by name of the action and in all. */
type Counted = Pick<HeadParts, "counts" | "rowCount">;

export interface CapContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
}

/** The newest rows a user keeps, whatever their actions. */
export const SEQUENCE_ROWS = 16_384;

interface Cap {
  readonly action: number;
  readonly maxRows: number;
  /** Rows under this cap the user ever had. */
  readonly rowCount: number;
}

/** Rows beyond a cap at which they are worth a trim: they go by the block. */
function slackOf(maxRows: number): number {
  return Math.min(BLOCK_ROWS, Math.ceil(maxRows / 4));
}
