import type { DeclaredAction } from "./action.ts";
import { checkConfig } from "./check-config.ts";
import { defaultActions } from "./default-actions.ts";
import type { FeatureDefinition, LabelDefinition } from "./features/feature.ts";
import type { Field, Fields } from "./field.ts";
import type { DeclaredGoal } from "./goal.ts";
import type { JourneyNaming } from "./journey-naming.ts";
import { type ConsentDefault, type DeclaredPurpose, defaultPurposes } from "./purpose.ts";
import type { TopicPolicy } from "./sensitive-topics.ts";
import type { Source } from "./source.ts";
import { type DeclaredSurface, defaultSurface } from "./surface.ts";

/**
 * `strict`: an event, surface, property, trait or item attribute that is not declared is a fault, and so is a required property
 * that is missing. `lenient`: only a wrong value of something declared is; the rest is stored and counted.
 */
export type Mode = "strict" | "lenient";

/** How long the event log keeps what state and lake have taken. Whole segments go, so it is a little longer or larger than said. */
export interface Retention {
  /** Days since it came in. */
  readonly days?: number;
  /** Of all partitions of users together; from 1 MiB. */
  readonly bytes?: number;
}

/** How fresh the long-term vectors of people are kept. */
export interface VectorFreshness {
  /** Hours from one computation, of those who were active since, to the next. */
  readonly refreshHours: number;
}

/** How fresh the models in service are kept. */
export interface ModelFreshness {
  /** Hours from one fit of each to the next, with the settings it has, where events came since. */
  readonly refitHours: number;
}

/** What `inkling.config.ts` exports: what the application's events, surfaces, items and people look like. */
export interface Config {
  readonly actions: Readonly<Record<string, DeclaredAction>>;
  /**
   * Where things happen: home, search, related ... Names alone, or each with the stages that make its lists; the first is the one of
   * requests that name none.
   */
  readonly surfaces?: readonly string[] | Readonly<Record<string, DeclaredSurface>>;
  /** Of `attributes` of an item. */
  readonly itemAttributes?: Fields;
  /** Of `traits` of an `identify`. */
  readonly traits?: Fields;
  /** Who sends, each with a write key of its own. */
  readonly sources?: Readonly<Record<string, Source>>;
  /** What events are used for, each with whether that takes people's consent. Default: `defaultPurposes`. */
  readonly purposes?: Readonly<Record<string, DeclaredPurpose>>;
  /** What people are to be brought to; the chance of each is foretold. Default: a purchase within 7 days. */
  readonly goals?: Readonly<Record<string, DeclaredGoal>>;
  /** What is computed of people's events, for every runtime. */
  readonly features?: readonly FeatureDefinition[];
  /** Named groups of features that are read together: service -> names. */
  readonly featureServices?: Readonly<Record<string, readonly string[]>>;
  /** What training rows are to foretell. */
  readonly labels?: readonly LabelDefinition[];
  /** Default: the log is kept for good. */
  readonly retention?: Retention;
  /** Default: once a day. */
  readonly vectors?: VectorFreshness;
  /** Default: models stay as they were fitted until somebody fits them again. */
  readonly models?: ModelFreshness;
  /** Which topics of items are sensitive, and which of those are allowed all the same. */
  readonly topics?: TopicPolicy;
  /** Who writes nicer names of journeys. Without it, or while it does not answer, they are named by intent and topic. */
  readonly journeyNaming?: JourneyNaming;
  /** Default: lenient. */
  readonly mode?: Mode;
}

/**
 * The config as it was given, with its types, once it is checked.
 * @throws PlatformError `invalid-config` that names the value and the fix
 */
export function defineConfig<const Given extends Config>(config: Given): Given {
  checkConfig(config);
  return config;
}

/** In force where nothing is declared. */
export const defaultConfig = defineConfig({ actions: defaultActions, mode: "lenient" });

/** What a sequence needs to know of the actions: plain data that can be handed to a worker thread. */
export interface NamedAction {
  readonly name: string;
  readonly kind: DeclaredAction["kind"];
  readonly strength: number;
  readonly verb: string;
  /** Newest rows of it that a user keeps; absent without a cap. */
  readonly maxRows?: number;
}

/** The declared actions, in the order of their declaration. */
export function actionsOf({ actions }: Config): readonly NamedAction[] {
  return Object.entries(actions).map(([name, { kind, strength, verb, maxRows }]) => ({
    name,
    kind,
    strength,
    verb,
    ...(maxRows !== undefined && { maxRows }),
  }));
}

/** A declared source and the environment variable of its key. */
export interface NamedSource {
  readonly name: string;
  readonly variable: string;
}

/** The declared sources, in the order of their declaration. */
export function sourcesOf({ sources = {} }: Config): readonly NamedSource[] {
  return Object.entries(sources).map(([name, { writeKey }]) => ({ name, variable: writeKey.variable }));
}

/** A purpose as readers need it: plain data that can be handed to a worker thread. */
export interface NamedPurpose {
  readonly name: string;
  readonly default: ConsentDefault;
}

/** The declared purposes, in the order of their declaration. */
export function purposesOf({ purposes = defaultPurposes }: Config): readonly NamedPurpose[] {
  return Object.entries(purposes).map(([name, { default: byDefault }]) => ({ name, default: byDefault }));
}

/** Surface -> its stages, in the order of their declaration; one that is declared by its name alone has the built-in ones. */
export function surfacesOf({ surfaces = [] }: Config): ReadonlyMap<string, DeclaredSurface> {
  return new Map(
    isNames(surfaces) ? surfaces.map((name) => [name, defaultSurface]) : Object.entries(surfaces),
  );
}

/** Names of the traits that may speak for a person, to models and in counts of many: not those that could harm them in the wrong hands. */
export function spokenTraitsOf({ traits = {} }: Pick<Config, "traits">): readonly string[] {
  return Object.entries(traits)
    .filter(([, { annotations }]) => annotations.sensitivity !== "sensitive")
    .map(([name]) => name);
}

/** TypeScript's own guard does not know of read-only lists. */
function isNames(surfaces: NonNullable<Config["surfaces"]>): surfaces is readonly string[] {
  return Array.isArray(surfaces);
}

/** Hours from one computation of the long-term vectors to the next. */
export function refreshHoursOf({ vectors }: Config): number {
  return vectors?.refreshHours ?? 24;
}

type Flat<Shape> = { [Name in keyof Shape]: Shape[Name] };
type OptionalNames<Given> = {
  [Name in keyof Given]: Given[Name] extends { readonly isOptional: true } ? Name : never;
}[keyof Given];
type ValueOf<Given> = Given extends Field<infer Value, boolean> ? Value : never;

/** The object that fields describe; those that are optional may be left out or undefined. */
export type ValuesOf<Given> = Flat<
  { [Name in Exclude<keyof Given, OptionalNames<Given>>]: ValueOf<Given[Name]> } & {
    [Name in OptionalNames<Given>]?: ValueOf<Given[Name]> | undefined;
  }
>;

/** As `ValuesOf`, each of them optional. */
type SomeOf<Given> = { [Name in keyof Given]?: ValueOf<Given[Name]> | undefined };

type AnyFields = Readonly<Record<string, unknown>>;

export type ActionName<Given extends Config> = keyof Given["actions"] & string;

/** Declared properties of one action. */
export type PropertiesOf<Given extends Config, Name extends ActionName<Given>> = ValuesOf<
  Given["actions"][Name]["properties"]
>;

/** A surface of the config, or any text where the config declares none. */
export type SurfaceOf<Given extends Config> = Given extends { readonly surfaces: readonly (infer Name)[] }
  ? Name
  : Given extends { readonly surfaces: infer Surfaces extends Readonly<Record<string, DeclaredSurface>> }
    ? keyof Surfaces & string
    : string;

/** Traits of the config, or any where the config declares none. */
export type TraitsOf<Given extends Config> = Given extends { readonly traits: infer Traits extends Fields }
  ? SomeOf<Traits>
  : AnyFields;

/** Item attributes of the config, or any where the config declares none. */
export type ItemAttributesOf<Given extends Config> = Given extends {
  readonly itemAttributes: infer Attributes extends Fields;
}
  ? SomeOf<Attributes>
  : AnyFields;

/** Name of each declared feature -> its value; any where the config declares none. */
export type FeaturesOf<Given extends Config> = Given extends {
  readonly features: readonly (infer Definition extends FeatureDefinition)[];
}
  ? {
      readonly [Each in Definition as Each["name"]]: Each extends FeatureDefinition<string, infer Value>
        ? Value
        : never;
    }
  : Readonly<Record<string, unknown>>;
