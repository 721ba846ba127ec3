import type { FittedModel } from "#models";

/** A model in service, and the version it is served as. */
export interface ServedModel {
  readonly model: FittedModel;
  readonly version: string;
  /** Time of the newest event it learned from, ms. */
  readonly dataUntilMs: number;
}
