export { checkBind, type Keys, type SourceKey } from "./access.ts";
export { Metrics } from "./metrics.ts";
export { Pulse } from "./pulse.ts";
export { createServer, type Server, type ServerOptions } from "./server.ts";
export type { Services } from "./services.ts";
