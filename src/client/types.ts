import type {
  IngestResponse,
  ItemInput,
  RecommendationBody,
  RecommendationResponse,
  UserResponse,
} from "#api";
import type {
  ActionName,
  Config,
  FeaturesOf,
  ItemAttributesOf,
  PropertiesOf,
  SurfaceOf,
  TraitsOf,
} from "#declarations";
import type { QueueCounts } from "./event-queue.ts";

/** @file What a client of one config can be asked: the compiler refuses everything else. */

/** Who: the id the application knows a person by, or a device's. Both together tie the device to the person. */
export type User = string | { readonly anonymousId: string; readonly userId?: string };

/** What every engagement may carry. One that names an `itemId` is a row of the user's sequence. */
export interface EngagementProperties<Given extends Config> {
  readonly itemId?: string | undefined;
  readonly surface?: SurfaceOf<Given> | undefined;
  readonly dwellMs?: number | undefined;
  /** Price, rating, amount. */
  readonly value?: number | undefined;
  /** The `recommendationId` that showed the item. */
  readonly slateId?: string | undefined;
  /** 0-based place in the slate. */
  readonly position?: number | undefined;
  /** The interest, seed or query that brought it: `query:` and words, `topic:` and a tag, `item:` and an id where the list was about that. */
  readonly source?: string | undefined;
}

export interface EventOptions {
  /** When it happened. Default: now. */
  readonly timestamp?: Date | string;
  /** Idempotency key. Default: a random one. */
  readonly messageId?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** One flat object: an intersection with `{}`, of an action that declares nothing, would let every property through. */
type Flat<Shape> = { [Name in keyof Shape]: Shape[Name] };
type TrackProperties<Given extends Config, Name extends ActionName<Given>> = Flat<
  PropertiesOf<Given, Name> & EngagementProperties<Given>
>;

/** Properties may be left out where none is required. */
export type TrackArguments<Given extends Config, Name extends ActionName<Given>> =
  Record<never, never> extends PropertiesOf<Given, Name>
    ? [properties?: TrackProperties<Given, Name>, options?: EventOptions]
    : [properties: TrackProperties<Given, Name>, options?: EventOptions];

export type Item<Given extends Config> = Omit<ItemInput, "attributes"> & {
  readonly attributes?: ItemAttributesOf<Given>;
};

export type Profile<Given extends Config> = Omit<UserResponse, "traits"> & {
  readonly traits: TraitsOf<Given>;
};

export interface Client<Given extends Config> {
  /**
   * Queues an action; its message id, or `undefined` when it was not taken (`onError` says why).
   * @throws ClientError `queue-full`, `invalid-event`, `closed` when there is no `onError`
   */
  track<Name extends ActionName<Given>>(
    user: User,
    action: Name,
    ...rest: TrackArguments<Given, Name>
  ): string | undefined;

  /** Queues what is known of a person; as `track`. */
  identify(user: User, traits?: TraitsOf<Given>, options?: EventOptions): string | undefined;

  readonly items: {
    /**
     * Puts items in the catalogue, in requests of at most 5,000 items and 10 MB; fields left out keep their value. Rejected
     * items are in the answer, by their place in what was given.
     * @throws ClientError `undelivered` when it was refused or not answered after 8 tries: put it again
     */
    put(items: Item<Given> | readonly Item<Given>[]): Promise<IngestResponse>;
  };

  /** One try. @throws ClientError `request-failed` */
  recommendations(request?: Partial<RecommendationBody>): Promise<RecommendationResponse>;

  /** `undefined` when nothing was received of the person. One try. @throws ClientError `request-failed` */
  profile(userId: string, request?: { readonly asOf?: string }): Promise<Profile<Given> | undefined>;

  /**
   * The features named of one person now, or of what the ids name: `{ item_id: "cup" }`, `{ user_id: "ann", topic: "art" }`; `null` where there
   * is no value. One try.
   * @throws ClientError `request-failed`
   */
  features<Name extends keyof FeaturesOf<Given> & string>(
    of: string | Readonly<Record<string, string>>,
    names: readonly Name[],
  ): Promise<{ readonly [Each in Name]: FeaturesOf<Given>[Each] | null }>;

  /**
   * Resolves when everything queued is answered.
   * @throws ClientError the first `rejected` or `undelivered` since the last flush, when there is no `onError`
   */
  flush(): Promise<void>;

  /**
   * Takes nothing more, and delivers what is queued for at most `timeoutMs` (default 10 s); the rest is reported as
   * `undelivered` with its messages. Throws as `flush`.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;

  readonly counts: QueueCounts;
}
