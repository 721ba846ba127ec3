import { type Faults, noFaults } from "./ledger.ts";

/** What the killed process was at. */
export const phases = ["ingest", "replay", "compaction", "erasure"] as const;
export type Phase = (typeof phases)[number];

/** Work that a kill cut in two, told by what lay in the folder afterwards. */
export type Halved =
  | "rebuiltState"
  | "lakeChange"
  | "erasureBeforeState"
  | "erasureBeforeLog"
  | "erasureBeforeLake"
  | "erasureBeforeReceipt";

/** What a run of the crash test did and found so far. */
export class Tally {
  readonly kills: Record<Phase, number> = { ingest: 0, replay: 0, compaction: 0, erasure: 0 };
  readonly halved: Record<Halved, number> = {
    rebuiltState: 0,
    lakeChange: 0,
    erasureBeforeState: 0,
    erasureBeforeLog: 0,
    erasureBeforeLake: 0,
    erasureBeforeReceipt: 0,
  };
  readonly faults: Faults = noFaults();
  readonly restartSeconds: number[] = [];
  /** Of the kills, those of a server that was starting. */
  killedWhileStarting = 0;
  acknowledgedEvents = 0;
  acknowledgedErasures = 0;
  /** What an erasure left behind, in words. */
  readonly notes: string[] = [];
  readonly #spells = new Map<string, Spell>();

  get killed(): number {
    return phases.reduce((sum, phase) => sum + this.kills[phase], 0);
  }

  /** The phase that was killed least so far. */
  get rarest(): Phase {
    return phases.reduce((least, phase) => (this.kills[phase] < this.kills[least] ? phase : least));
  }

  /** How long this kind of work takes, learned over the run. */
  spellOf(work: string): Spell {
    const spell = this.#spells.get(work) ?? new Spell();
    this.#spells.set(work, spell);
    return spell;
  }
}

const SHORTEST_MS = 10;
const FIRST_MS = 250;
const LONGEST_MS = 1500;

/** The time in which kills are spread: shorter when one came after the work, longer when all land within it. */
class Spell {
  #ms = FIRST_MS;

  get ms(): number {
    return Math.ceil(this.#ms);
  }

  wasTooLong(): void {
    this.#ms = Math.max(SHORTEST_MS, this.#ms * 0.8);
  }

  wasShort(): void {
    this.#ms = Math.min(LONGEST_MS, this.#ms * 1.07);
  }
}
