import { HnswIndex } from "./hnsw-index.ts";
import { describeVectorIndex } from "./vector-index.cases.ts";

describeVectorIndex("hnsw", {
  make: (config) => new HnswIndex(config, { efSearch: 16 }),
  load: (bytes) => HnswIndex.load(bytes, { efSearch: 16 }),
  recallAt10: [0.8, 1],
});
