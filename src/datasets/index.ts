export { loadCdnow } from "./cdnow.ts";
export type {
  Dataset,
  DatasetContents,
  DatasetUser,
  Engagements,
  GivenCase,
  GivenSplit,
  RejectedRows,
} from "./dataset.ts";
export { datasetNamed, datasets, folderOf } from "./datasets.ts";
export { type EvaluationView, evaluationViewOf } from "./interactions-of.ts";
export { itemsOf, messagesOf } from "./messages.ts";
export { readTable, type Table } from "./tables/read-table.ts";
export { parseMapping } from "./tables/table-mapping.ts";
export { loadTelco, type TelcoCustomers } from "./telco.ts";
export {
  ClosedLoop,
  type LoopConfig,
  type LoopSlate,
  type PersonDay,
  type SlateAsk,
  type SlateServer,
} from "./world/closed-loop.ts";
export type { PersonRow } from "./world/truth-rows.ts";
export { createWorld, type World } from "./world/world.ts";
export { type WorldConfig, type WorldPreset, worldPresets } from "./world/world-config.ts";
export { withWorldSettings } from "./world/world-settings.ts";
