export * from "./builders.ts";
export { actionsOf, type NamedAction, sourcesOf } from "./config.ts";
export { type DeclarationFault, type FaultFinder, propertyFaultFinder } from "./fault-finder.ts";
export { type DeclaredSchemas, jsonSchemaOf } from "./json-schema.ts";
export { findConfig, loadConfig } from "./load-config.ts";
