import { describeModel } from "../model.cases.ts";
import { ranker } from "./ranker.ts";

const tiny = {
  embeddingSize: 16,
  maxLength: 20,
  epochs: 12,
  batchSize: 32,
  learningRate: 0.01,
  heldOut: 0,
  maskHours: 0,
};

describeModel(ranker, {
  config: tiny,
  isPersonal: true,
  isSequential: true,
  needsTimes: false,
  ndcgAt10: [0.1, 0.3],
});
