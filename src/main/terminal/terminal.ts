import pc from "picocolors";
import { monotonicMs, type Progress, type ProgressListener, SECOND_MS } from "#base";

/** @file What people see in a terminal: progress on standard error, results on standard output. */

const BAR_WIDTH = 24;
const STAGE_WIDTH = 24;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 5000;
/** An estimate before this has no base. */
const ESTIMATE_AFTER_MS = 1000;

/** One line per stage: a bar that moves when a person watches, a line now and then when a file does. */
export class ProgressBar {
  #stage = "";
  #startedMs = 0;
  #drawnMs = 0;
  #last: Progress | undefined;
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  readonly listen: ProgressListener = (progress) => {
    const now = monotonicMs();
    if (progress.stage !== this.#stage) {
      this.finish();
      this.#stage = progress.stage;
      this.#startedMs = now;
      this.#drawnMs = Number.NEGATIVE_INFINITY;
    }
    this.#last = progress;
    const every = this.#stream.isTTY ? REDRAW_MS : LINE_EVERY_MS;
    if (now - this.#drawnMs < every) return;
    this.#drawnMs = now;
    this.#draw(progress, now);
  };

  /** Ends the current stage's line. */
  finish(): void {
    if (this.#last === undefined) return;
    this.#draw({ ...this.#last, done: this.#last.total }, monotonicMs());
    if (this.#stream.isTTY) this.#stream.write("\n");
    this.#last = undefined;
    this.#stage = "";
  }

  /** Says something between two stages. */
  note(line: string): void {
    this.finish();
    this.#stream.write(`${line}\n`);
  }

  #draw(progress: Progress, nowMs: number): void {
    const line = formatProgress(progress, nowMs - this.#startedMs);
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  }
}

/** "fitting ease  ████████░░░░░░░░ 52 %  3.1 s, about 2.8 s left" */
export function formatProgress({ stage, done, total }: Progress, elapsedMs: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = pc.cyan("█".repeat(filled)) + pc.dim("░".repeat(BAR_WIDTH - filled));
  const isEarly = elapsedMs < ESTIMATE_AFTER_MS || share === 0 || share === 1;
  const left = isEarly ? "" : `, about ${formatSeconds((elapsedMs * (1 - share)) / share)} left`;
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `  ${stage.padEnd(STAGE_WIDTH)} ${bar} ${percent} %  ${formatSeconds(elapsedMs)}${left}`;
}

export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / SECOND_MS;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Something the person should know that is no result. */
export function warn(text: string): void {
  process.stderr.write(`${pc.yellow("note")} ${text}\n`);
}
