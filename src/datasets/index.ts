export type {
  Dataset,
  DatasetContents,
  DatasetUser,
  Engagements,
  GivenCase,
  GivenSplit,
  RejectedRows,
} from "./dataset.ts";
