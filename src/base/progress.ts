/** How far a long piece of work is: `done` of `total` units of the named stage. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** Told now and then while work goes on; cheap to call often. */
export type ProgressListener = (progress: Progress) => void;

export const ignoreProgress: ProgressListener = () => {};
