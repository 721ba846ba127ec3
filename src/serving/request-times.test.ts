import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { RequestTimes } from "./request-times.ts";

test("buckets count what took as long or less, by method, route and status, as a registry writes them", async () => {
  const times = new RequestTimes();
  for (const seconds of [0.0005, 0.0006, 3]) times.observe("GET", "/a", 200, seconds);
  times.observe("GET", "/a", 404, 0.2);
  times.observe("POST", "/a", 200, 0.01);
  const registry = new Registry();
  registry.registerMetric(times.asMetric);
  const lines = (await registry.metrics()).split("\n");
  expect(lines[1]).toBe("# TYPE inkling_http_request_seconds histogram");
  const bucket = (le: string, labels: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`inkling_http_request_seconds_bucket{le="${le}",${labels}}`))
      ?.split(" ")[1];
  const get = 'method="GET",route="/a",status="200"';
  expect(["0.0005", "0.001", "2.5", "+Inf"].map((le) => bucket(le, get))).toEqual(["1", "2", "2", "3"]);
  expect(lines).toContain(`inkling_http_request_seconds_sum{${get}} 3.0011`);
  expect(lines).toContain(`inkling_http_request_seconds_count{${get}} 3`);
  expect(bucket("0.1", 'method="GET",route="/a",status="404"')).toBe("0");
  expect(bucket("0.25", 'method="GET",route="/a",status="404"')).toBe("1");
  expect(bucket("0.01", 'method="POST",route="/a",status="200"')).toBe("1");
});
