import type {
  ModelBody,
  ModelComparisonResponse,
  ModelsResponse,
  PlatformResponse,
  RunBody,
  RunRequest,
  RunsResponse,
  SchemaResponse,
} from "#api";
import type { Clock } from "#base";
import type { Actions, Catalogue, DeadLetters, IdentityGraph, Ingestion, Purposes } from "#events";
import type { FeatureDifference, FeatureLook, HealthReport, OnlineFeatures, ServedFeatures } from "#features";
import type { Erasures } from "#governance";
import type {
  ItemMap,
  PersonSignals,
  ServedPredictions,
  Survey,
  samplePeople,
  UserInterests,
  UserVectors,
} from "#profiles";
import type { ItemIndexes, Recommender, ServedLists } from "#recommendation";
import type { EventFeed } from "#sequences";
import type { Lake, StateReader } from "#storage";
import type { Metrics } from "./metrics.ts";
import type { Pulse } from "./pulse.ts";

/** What the routes stand on; put together in `main`. */
export interface Services {
  readonly clock: Clock;
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purposes: Purposes;
  readonly ingestion: Ingestion;
  readonly deadLetters: DeadLetters;
  readonly erasures: Erasures;
  /** The events as other programs read them. */
  readonly feed: EventFeed;
  readonly features: OnlineFeatures;
  /** What the features that are declared would change of those that are applied; `undefined` where they are the same. */
  readonly featuresNotApplied: FeatureDifference | undefined;
  /** Keeps what was served, so that a model can learn from it. Never rejects. */
  readonly noteServed: (served: readonly ServedFeatures[]) => void;
  /** What was last found of the features. */
  readonly featureHealth: () => HealthReport | undefined;
  /** What was found of a feature at this and earlier looks, oldest first. */
  readonly featureLooks: (name: string) => readonly FeatureLook[];
  readonly recommender: Recommender;
  /** The items as vectors, where a model in service makes any. */
  readonly itemIndexes: Pick<ItemIndexes, "reports" | "current">;
  readonly servedLists: ServedLists;
  readonly vectors: UserVectors;
  readonly interests: UserInterests;
  readonly signals: PersonSignals;
  /** Tags that nothing is said of. */
  readonly isSensitive: (tag: string) => boolean;
  /** Items that nothing is inferred of. */
  readonly isUnsaid: (itemRow: number) => boolean;
  /** What is known of everybody, made anew beside the server. */
  readonly population: {
    /** Absent before the first look. */
    readonly survey: Survey | undefined;
    readonly map: ItemMap | undefined;
    /** Absent while there was too little to learn them from. */
    readonly predictions: ServedPredictions | undefined;
  };
  /** All models there are, in service or not, the newest version of a name last. */
  readonly models: () => Promise<readonly ModelBody[]>;
  /** By `name` or `name@version`. @throws PlatformError `unknown-model`, listing those there are */
  readonly model: (reference: string) => Promise<ModelBody>;
  /** What people would get of each of two. @throws PlatformError `unknown-model`, `invalid-request`, `data-mismatch` */
  readonly compareModels: (
    references: readonly [string, string],
    asked: { readonly people: ReturnType<typeof samplePeople>; readonly n: number },
  ) => Promise<Omit<ModelComparisonResponse, "computedAt">>;
  /** What changed lately about which of them answer, the newest first. */
  readonly modelChanges: () => readonly {
    readonly atMs: number;
    readonly kind: "in-service" | "out-of-service" | "refused";
    readonly model: string;
    readonly reason?: string;
  }[];
  /** What others report on the data set that is held. */
  readonly published: ModelsResponse["published"];
  /** Models that are fitted beside the server. */
  readonly runs: {
    list(): RunsResponse;
    /** @throws PlatformError `already-training`, `unknown-model`, `invalid-config` */
    start(request: RunRequest): Promise<RunBody>;
    /** @throws PlatformError `run-not-found` */
    stop(runId: string): Promise<RunBody>;
    close(): Promise<void>;
  };
  readonly metrics: Metrics;
  readonly pulse: Pulse;
  /** Answers questions about the whole population; `undefined` while it is not written. */
  readonly lake: () => Pick<Lake, "query"> | undefined;
  /** What the application declares, as JSON Schema. */
  readonly declared: SchemaResponse;
  /** Facts for `GET /` that do not change while the process lives. */
  readonly about: Pick<PlatformResponse, "name" | "version" | "dataset"> & {
    readonly areTimesMadeUp: boolean;
  };
  /** What keeps the platform from serving, in one sentence; `undefined` when nothing does. */
  readonly fault: () => string | undefined;
  /** Records in the log that state does not show yet. */
  readonly lagRecords: () => number;
  /** Whether anything is kept of these ids that an erasure would remove. */
  readonly hasTraces: (ids: readonly string[]) => Promise<boolean>;
  readonly newRecommendationId: () => string;
}
