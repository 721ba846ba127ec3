export { FlatIndex } from "./flat-index.ts";
export { HnswIndex, type HnswOptions } from "./hnsw-index.ts";
export { IvfIndex, type IvfOptions } from "./ivf-index.ts";
export { RecallMonitor, type RecallMonitorOptions, type RecallReport } from "./recall-monitor.ts";
export { SearchThreads } from "./search-threads.ts";
export type {
  ModelVector,
  Neighbours,
  NumberRange,
  VectorFilter,
  VectorIndex,
  VectorIndexConfig,
  VectorLabels,
  VectorQuery,
} from "./vector-index.ts";
