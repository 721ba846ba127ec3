/** The items as points of the plane. */
export interface ItemMap {
  readonly version: string;
  readonly itemIds: readonly string[];
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Of each item: position in `topics`; -1 without one. */
  readonly topic: Int16Array;
  readonly topics: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
}
