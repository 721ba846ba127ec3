import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { IngestResult } from "#events";

/** @file What is counted, in one place, so that a name is spelled once and the library behind it can be another. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #events = new Counter({
    name: "inkling_events_total",
    help: "Events and items received, by outcome, and by source where one's key was shown",
    labelNames: ["kind", "outcome", "source"] as const,
    registers: [this.#registry],
  });
  readonly #requests = new Histogram({
    name: "inkling_http_request_seconds",
    help: "Time from the request's headers to the end of the answer",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.#registry],
  });
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

  constructor(gauges: Readonly<Record<string, { help: string; read: () => number }>>) {
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
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  countRecommendation(path: "personal" | "cold-start"): void {
    this.#recommendations.inc({ path });
  }

  /** Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
