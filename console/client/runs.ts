import { queryOptions } from "@tanstack/react-query";
import type { RunBody, RunRequest, RunsResponse } from "#api";
import { request } from "./http.ts";

/** @file Models that are fitted beside the server. */

const LIVE_MS = 1000;

/** Asked every second while one is being fitted. */
export const runsQuery = queryOptions({
  queryKey: ["runs"],
  queryFn: ({ signal }) => request<RunsResponse>("/v1/runs", { signal }),
  refetchInterval: ({ state: { data } }) => (data?.runs.some(isRunning) ? LIVE_MS : false),
});

export function isRunning({ status }: Pick<RunBody, "status">): boolean {
  return status === "running";
}

export function startRun(body: RunRequest): Promise<RunBody> {
  return request<RunBody>("/v1/runs", { body });
}

export function stopRun(runId: string): Promise<RunBody> {
  return request<RunBody>(`/v1/runs/${encodeURIComponent(runId)}`, { method: "DELETE" });
}
