export { agglomerate, cutTree, type Linkage, type Merge, visitMerges } from "./agglomerate.ts";
export {
  areaUnderCurve,
  calibrationError,
  type ReliabilityBin,
  reliability,
} from "./binary-metrics.ts";
export { countUpTo } from "./count-up-to.ts";
export { descending } from "./descending.ts";
export { dot } from "./dot.ts";
export { gini } from "./gini.ts";
export { grown } from "./grown.ts";
export { logBeta, logGamma } from "./log-gamma.ts";
export { nelderMead } from "./nelder-mead.ts";
export { NumberTable } from "./number-table.ts";
export { numbered } from "./numbered.ts";
export { solveSymmetric } from "./solve-symmetric.ts";
export { topN } from "./top-n.ts";
export { unitOf } from "./unit-of.ts";
export { unitRows } from "./unit-rows.ts";
