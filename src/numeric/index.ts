export { topN } from "./top-n.ts";
