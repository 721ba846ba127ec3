export { type ComparedArea, compareAreas } from "./area-intervals.ts";
export type { Interval } from "./bootstrap.ts";
export { type Difference, differencesOf } from "./difference.ts";
export { type EvaluateOptions, type Evaluation, type EvaluationSizes, evaluate } from "./evaluate.ts";
export { stalenessProtocols } from "./future-window.ts";
export { onlyActions } from "./only-actions.ts";
export { adjustedMutualInformation, f1 } from "./partition-agreement.ts";
export { protocolNamed, protocols } from "./protocols.ts";
export { type PublishedFigure, published } from "./published.ts";
export {
  type DatasetNotes,
  type EvaluationReport,
  formatReport,
  type ReportedModel,
  reportOf,
} from "./report.ts";
export {
  type AnsweredRequests,
  type HeadMetrics,
  hitDifference,
  requestMetrics,
} from "./request-metrics.ts";
export { formatTable } from "./table.ts";
export type {
  EvaluationCase,
  EvaluationData,
  EvaluationPart,
  EvaluationTask,
  GivenDivision,
  MetricName,
  Protocol,
  TaskOptions,
} from "./task.ts";
export {
  type WalkForwardMethod,
  type WalkForwardResult,
  type WalkForwardTask,
  walkForward,
} from "./walk-forward.ts";
