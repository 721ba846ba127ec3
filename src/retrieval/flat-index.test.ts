import { FlatIndex } from "./flat-index.ts";
import { describeVectorIndex } from "./vector-index.cases.ts";

describeVectorIndex("flat", {
  make: (config) => new FlatIndex(config),
  load: (bytes) => FlatIndex.load(bytes),
  recallAt10: [1, 1],
});
