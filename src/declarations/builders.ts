/** @file What `inkling.config.ts` imports from "inkling". `load-config.ts` hands it this very module. */
export { type ActionInput, type ActionKind, action, type DeclaredAction } from "./action.ts";
export {
  type ActionName,
  type Config,
  defaultConfig,
  defineConfig,
  type ItemAttributesOf,
  type Mode,
  type PropertiesOf,
  type Retention,
  type SurfaceOf,
  type TraitsOf,
  type ValuesOf,
} from "./config.ts";
export { defaultActions } from "./default-actions.ts";
export {
  type Annotations,
  anything,
  boolean,
  type Field,
  type Fields,
  integer,
  type JsonSchema,
  listOf,
  number,
  oneOf,
  type Sensitivity,
  text,
  time,
} from "./field.ts";
export { type ItemPredicate, itemsWhere, type Predicates } from "./item-predicate.ts";
export { type ConsentDefault, type DeclaredPurpose, defaultPurposes, purpose } from "./purpose.ts";
export { env, type FromEnvironment, type Source, source } from "./source.ts";
export {
  type DeclaredSurface,
  type Diversity,
  defaultSurface,
  type Exploration,
  type Quota,
  type Rule,
  type SurfaceSource,
  surface,
} from "./surface.ts";
