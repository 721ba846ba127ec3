/**
 * @file Declared features (docs/features.md) as a model reads them: the same numbers when it learns and when it is asked. Who they are of and how they come about
 * is somebody else's business; a model names those it wants and keeps the version of their definitions.
 */
export interface DeclaredFeatures {
  /** Of the definitions behind the names. @throws PlatformError `invalid-request` for a name that is no feature that is a number */
  versionOf(names: readonly string[]): string;
  /** As of each row's time and nothing later: (rows, names), row-major; NaN where there is no value. */
  at(names: readonly string[], rows: FeatureRows): Promise<Float64Array>;
}

export interface FeatureRows {
  /** User and item rows of what is learned from. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly timesMs: Float64Array;
}
