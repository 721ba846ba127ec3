import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from "prom-client";
import type { IngestResult } from "#events";
import type { ListComparison, Ranking, Recommendations } from "#recommendation";
import { RequestTimes } from "./request-times.ts";

/** @file What is counted, in one place, so that a name is spelled once and the library behind it can be another. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #events = new Counter({
    name: "inkling_events_total",
    help: "Events and items received, by outcome, and by source where one's key was shown",
    labelNames: ["kind", "outcome", "source"] as const,
    registers: [this.#registry],
  });
  readonly #requests = new RequestTimes();
  readonly #refused = new Counter({
    name: "inkling_requests_refused_total",
    help: "Requests told to come again later, by reason",
    labelNames: ["reason"] as const,
    registers: [this.#registry],
  });
  readonly #recommendations = new Counter({
    name: "inkling_recommendations_total",
    help: "Lists made, by the way they were made",
    labelNames: ["path"] as const,
    registers: [this.#registry],
  });

  readonly #candidates = new Counter({
    name: "inkling_candidates_total",
    help: "Candidates that passed the filters, by surface and source; unique: those no other source proposed",
    labelNames: ["surface", "source", "kind"] as const,
    registers: [this.#registry],
  });
  readonly #leftOut = new Counter({
    name: "inkling_sources_left_out_total",
    help: "Times a source was left out of a list because it was late or failed",
    labelNames: ["surface", "source", "outcome"] as const,
    registers: [this.#registry],
  });
  readonly #stages = new Histogram({
    name: "inkling_stage_seconds",
    help: "Time that a stage took: of a list query (who asks), source/..., scorer/..., selector/..., hydrator/..., or all of these but query; of given items rank/query and rank/scorer",
    labelNames: ["surface", "stage"] as const,
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
    registers: [this.#registry],
  });
  readonly #shadows = new Histogram({
    name: "inkling_shadow",
    help: "Lists of a surface beside those of its shadow: overlap, same_place, diversity_served, diversity_shadow, each 0 to 1",
    labelNames: ["surface", "measure"] as const,
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    registers: [this.#registry],
  });
  readonly #scoreDifference = new Summary({
    name: "inkling_shadow_score_difference",
    help: "Mean score of a shadow's list less that of the served one",
    labelNames: ["surface"] as const,
    registers: [this.#registry],
  });
  readonly #shadowFailures = new Counter({
    name: "inkling_shadow_failures_total",
    help: "Lists of a shadow that could not be made",
    labelNames: ["surface"] as const,
    registers: [this.#registry],
  });

  constructor(gauges: Readonly<Record<string, { help: string; read: () => number }>>) {
    this.#registry.registerMetric(this.#requests.asMetric);
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, { help, read }] of Object.entries(gauges)) this.gauge(name, help, read);
  }

  /** A number that is read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Numbers by a label, read when they are asked for. What is no longer among them is no longer told. */
  gaugeBy(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.set({ [label]: value }, count);
      },
    });
  }

  countRefused(reason: "draining" | "overloaded" | "stuck"): void {
    this.#refused.inc({ reason });
  }

  countIngest(
    kind: "event" | "item",
    { accepted, rejected }: IngestResult,
    source: string | undefined,
  ): void {
    for (const [outcome, count] of [
      ["accepted", accepted],
      ["rejected", rejected.length],
    ] as const)
      if (count > 0) this.#events.inc({ kind, outcome, ...(source !== undefined && { source }) }, count);
  }

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe(method, route, status, seconds);
  }

  countRecommendation(path: "personal" | "cold-start"): void {
    this.#recommendations.inc({ path });
  }

  observeRanking({ surface, queryMs, scorerMs }: Pick<Ranking, "surface" | "queryMs" | "scorerMs">): void {
    this.#stages.observe({ surface, stage: "rank/query" }, queryMs / 1000);
    this.#stages.observe({ surface, stage: "rank/scorer" }, scorerMs / 1000);
  }

  observePipeline({ surface, queryMs, trace }: Pick<Recommendations, "surface" | "queryMs" | "trace">): void {
    const { sources, scorer, selector, hydrators, ms } = trace;
    const observe = (stage: string, took: number): void =>
      this.#stages.observe({ surface, stage }, took / 1000);
    observe("query", queryMs);
    for (const { name: source, outcome, kept, unique, ms: took } of sources) {
      this.#candidates.inc({ surface, source, kind: "kept" }, kept);
      this.#candidates.inc({ surface, source, kind: "unique" }, unique);
      if (outcome !== "ok") this.#leftOut.inc({ surface, source, outcome });
      observe(`source/${source}`, took);
    }
    if (scorer) observe(`scorer/${scorer.name}`, scorer.ms);
    observe(`selector/${selector.name}`, selector.ms);
    for (const { name, ms: took } of hydrators) observe(`hydrator/${name}`, took);
    observe("all", ms);
  }

  observeShadow(surface: string, { overlap, samePlace, diversity, scoreDifference }: ListComparison): void {
    const [served, shadow] = diversity;
    const measures = { overlap, same_place: samePlace, diversity_served: served, diversity_shadow: shadow };
    for (const [measure, value] of Object.entries(measures))
      this.#shadows.observe({ surface, measure }, value);
    this.#scoreDifference.observe({ surface }, scoreDifference);
  }

  countShadowFailure(surface: string): void {
    this.#shadowFailures.inc({ surface });
  }

  /** Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
