export { agglomerate, cutTree, type Linkage, type Merge } from "./agglomerate.ts";
export { logBeta, logGamma } from "./log-gamma.ts";
export { topN } from "./top-n.ts";
export { dot, normalize } from "./vector.ts";
