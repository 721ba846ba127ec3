export { dot } from "./dot.ts";
export { topN } from "./top-n.ts";
export { unitRows } from "./unit-rows.ts";
