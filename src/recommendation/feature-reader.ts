/** Declared features of a person and of items, as numbers, for models that read them. */
export interface FeatureReader {
  /**
   * (items, names), row-major; NaN where there is no value, and everywhere for a moment in the past, of which state no longer knows.
   * @throws PlatformError `data-mismatch` where the definitions are others than a model learned from
   */
  read(
    wanted: { readonly names: readonly string[]; readonly version: string },
    asked: {
      readonly userId: string | undefined;
      readonly itemIds: readonly string[];
      readonly asOfMs: number;
    },
  ): Promise<Float64Array>;
}
