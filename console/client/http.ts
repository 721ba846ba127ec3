import type { Problem } from "#api";
import { readKey } from "./key.ts";

/** What the server answers instead of what was asked for, with its code and the id to look for in its log. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Whether the answer is being made, and comes when it is asked for again. */
export function isNotMadeYet(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === "not-made-yet";
}

export interface RequestOptions {
  /** Default: `POST` with a body, `GET` without. */
  readonly method?: "DELETE" | "POST";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly accept?: string;
}

/** One request; the caller knows the answer's type by `#api`. @throws ProblemError */
export async function request<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await send(path, options);
  return (await response.json()) as Answer;
}

/** As {@link request}, with the answer unread. @throws ProblemError */
export async function send(
  path: string,
  { method, body, signal, accept = "application/json" }: RequestOptions = {},
): Promise<Response> {
  const key = readKey();
  const response = await fetch(path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      accept,
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  if (response.ok) return response;
  throw new ProblemError(await problemOf(response));
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Problem; // problem+json of the platform
  } catch {
    const { status, statusText } = response;
    return {
      type: "",
      title: statusText,
      status,
      code: "unknown",
      detail: text || statusText,
      requestId: "",
    };
  }
}

/** A path with the values that are there. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
