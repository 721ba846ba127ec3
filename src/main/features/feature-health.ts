import { MINUTE_MS, type ProgressListener, startThread } from "#base";
import type { TopicPolicy } from "#declarations";
import {
  checkHealth,
  continued,
  type FeatureBaseline,
  type FeatureLook,
  type FeatureLooks,
  type HealthReport,
  withLook,
} from "#features";
import { FileBlobStore } from "#storage";
import { BackgroundLook } from "../folder/background-look.ts";
import { type DataManifest, paths } from "../folder/data-folder.ts";
import { readDerived } from "../folder/derived-blob.ts";
import { nowOf } from "../folder/folder-now.ts";
import type { Platform } from "../platform.ts";
import type { HealthMessage, HealthTask } from "./feature-health-worker.ts";
import { planOf } from "./features.ts";
import { withPast } from "./training-set.ts";

/** @file The health of a folder's features: looked at once, or again and again beside a running server. */

const BASELINE = "features/baseline.json";
const LOOKS = "features/looks.json";

/** A report, and what was found at this and earlier looks. */
export interface HealthLook {
  readonly report: HealthReport;
  readonly looks: FeatureLooks;
}

export interface HealthOptions {
  readonly manifest: Pick<DataManifest, "actions" | "features" | "clock" | "partitionCount">;
  readonly services: Readonly<Record<string, readonly string[]>>;
  readonly topics?: TopicPolicy | undefined;
  readonly people: number;
  readonly seed: number;
  /** From now on drift is measured against what is found. */
  readonly setsBaseline: boolean;
}

/** Reads the folder, also beside a running server. The first look at a feature is what later ones are measured against. */
export async function lookAtHealth(
  folder: string,
  { manifest, setsBaseline, topics, ...options }: HealthOptions,
  progress: ProgressListener,
): Promise<HealthLook> {
  const blobs = new FileBlobStore(paths.blobs(folder));
  const baseline = await readDerived(blobs, BASELINE, jsonOf<FeatureBaseline>);
  return withPast(folder, async (past) => {
    const snapshot = past.state.snapshot();
    try {
      const nowMs = await nowOf(manifest, snapshot);
      const query = { plan: planOf(manifest, topics), ...options, nowMs, ...(baseline && { baseline }) };
      const report = await checkHealth({ ...past, state: snapshot }, query, progress);
      const compared = new Set(
        report.features.flatMap(({ name, stabilityIndex }) => (stabilityIndex === null ? [] : [name])),
      );
      const next =
        setsBaseline || !baseline
          ? report.baseline
          : continued(baseline, report.baseline, (name) => compared.has(name));
      await blobs.put(BASELINE, Buffer.from(JSON.stringify(next)));
      const looks = withLook((await readDerived(blobs, LOOKS, jsonOf<FeatureLooks>)) ?? {}, report);
      await blobs.put(LOOKS, Buffer.from(JSON.stringify(looks)));
      return { report, looks };
    } finally {
      snapshot.release();
    }
  });
}

/** People looked at each time beside a running server: of fewer, drift cannot be told from chance. */
const PEOPLE_WATCHED = 200;

type WatchedPlatform = Pick<Platform, "folder" | "manifest" | "clock" | "config">;

/** A look at the features of a platform as they are now. */
function taskOf({ folder, manifest, clock, config }: WatchedPlatform): HealthTask {
  const { featureServices = {}, topics } = config;
  const seed = Math.floor(clock.nowMs() / MINUTE_MS); // others every time
  const options = { services: featureServices, topics, people: PEOPLE_WATCHED, seed };
  return { folder, options: { manifest, ...options, setsBaseline: false } };
}

const FIRST_MS = 20_000;
const LEAST_PAUSE_MS = 5 * 60_000;

/** Looks again and again once it is started, each time in a thread of its own that gives way to everybody else. */
export class HealthWatch {
  readonly #look: BackgroundLook;
  #onNotice: (message: string) => void = () => {};
  /** What was last found; `undefined` before the first look. */
  report: HealthReport | undefined;
  #looks: FeatureLooks = {};

  constructor(platform: WatchedPlatform) {
    this.#look = new BackgroundLook({
      start: (task) => startThread("feature-health-worker", task),
      task: () => (platform.manifest.features.definitions.length === 0 ? undefined : taskOf(platform)),
      onMessage: (message) => this.#found(message as HealthMessage), // the thread's own
      onError: (error) => this.#onNotice(`the features cannot be checked: ${String(error)}`),
      firstMs: FIRST_MS,
      leastPauseMs: LEAST_PAUSE_MS,
    });
  }

  /** `onNotice` is told when a served value is not what the log says. */
  start(onNotice: (message: string) => void): void {
    this.#onNotice = onNotice;
    this.#look.start();
  }

  /** What was found of a feature at this and earlier looks, oldest first. */
  looksOf(name: string): readonly FeatureLook[] {
    return Object.hasOwn(this.#looks, name) ? this.#looks[name]! : []; // its own
  }

  /** Lets go of log and state until what it returns is called. */
  hold(): Promise<() => void> {
    return this.#look.hold();
  }

  #found(message: HealthMessage): void {
    if (message.kind === "failed") {
      this.#onNotice(`the features cannot be checked: ${message.message}`);
      return;
    }
    this.report = message.report;
    this.#looks = message.looks;
    const { skewed, compared } = message.report;
    if (skewed > 0)
      this.#onNotice(
        `${skewed} of ${compared} served features are not what the log says: inkling features doctor`,
      );
  }
}

function jsonOf<Value>(bytes: Uint8Array): Value {
  return JSON.parse(Buffer.from(bytes).toString()) as Value; // written by us
}
