import type { Metric } from "prom-client";

/** Upper bounds of the buckets, seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * @file How long requests took, as a Prometheus histogram by method, route and status. The library's own looks its labels up by a text that it makes of
 * them for every value, and its buckets by theirs: a tenth of what a small answer takes. Here both are numbers in a row.
 */
export class RequestTimes {
  readonly name = "inkling_http_request_seconds";
  readonly #times = new Map<string, Map<string, Map<number, Times>>>();

  observe(method: string, route: string, status: number, seconds: number): void {
    const times = this.#times.get(route)?.get(method)?.get(status) ?? this.#add(method, route, status);
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++;
    times.counts[bucket]!++;
    times.sum += seconds;
  }

  #add(method: string, route: string, status: number): Times {
    const times: Times = { counts: new Float64Array(BOUNDS.length + 1), sum: 0 };
    const ofRoute = mapAt(this.#times, route);
    mapAt(ofRoute, method).set(status, times);
    return times;
  }

  /** As a registry of the library asks for it. */
  async get() {
    const values: { metricName: string; labels: Record<string, string | number>; value: number }[] = [];
    for (const [route, methods] of this.#times)
      for (const [method, statuses] of methods)
        for (const [status, { counts, sum }] of statuses) {
          const labels = { method, route, status: String(status) };
          let count = 0;
          for (const [n, inBucket] of counts.entries()) {
            count += inBucket;
            const le = BOUNDS[n] ?? "+Inf";
            values.push({ metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count });
          }
          values.push({ metricName: `${this.name}_sum`, labels, value: sum });
          values.push({ metricName: `${this.name}_count`, labels, value: count });
        }
    const help = "Time from the request's headers to the end of the answer";
    return { name: this.name, help, type: "histogram", values };
  }

  /** The library's type names its own classes; it calls nothing but `get`. */
  get asMetric(): Metric {
    return this as unknown as Metric;
  }
}

/** By bucket, the last of which has no bound. */
interface Times {
  readonly counts: Float64Array;
  sum: number;
}

function mapAt<Key, Inner, Value>(maps: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = maps.get(key);
  if (known) return known;
  const made = new Map<Inner, Value>();
  maps.set(key, made);
  return made;
}
