import type { Command } from "commander";
import type { InterestsBody, Problem, RecommendationResponse, UserResponse } from "#api";
import { type ErrorCode, errorCatalogue, PlatformError } from "#base";
import { describePerson, type Portrait } from "../terminal/describe-person.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { openExisting } from "./open-folder.ts";
import { type DataOptions, declarationsOf, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly asOf?: string; readonly json?: boolean };

/** Asks the API: a path, or a path and a body. */
type Ask = (path: string, body?: object) => Promise<unknown>;

/** `inkling show user <id>`: who somebody is, on one screen. */
export function registerShow(program: Command): void {
  const show = program.command("show").description("what is known, for people to read");
  withDataOptions(show.command("user"))
    .argument("<userId>", "any id of the person")
    .description("who somebody is: interests, journeys, state, what is foretold, what they would like next")
    .option("--as-of <time>", "as it would have been said then (ISO 8601)")
    .option("--json", "end with one JSON object")
    .action(showUser);
}

async function showUser(userId: string, options: Options): Promise<void> {
  const bar = new ProgressBar();
  const platform = await openExisting(options, await declarationsOf(options), bar);
  try {
    bar.finish();
    const server = await platform.createServer({}); // asked in this process; it listens nowhere
    const ask: Ask = async (url, payload) => {
      const answer = await server.inject(payload ? { method: "POST", url, payload } : { method: "GET", url });
      if (answer.statusCode < 400) return answer.json();
      const { code, detail } = answer.json() as Problem; // every refusal is one
      throw new PlatformError(code in errorCatalogue ? (code as ErrorCode) : "internal", detail);
    };
    const portrait = await readPortrait(ask, userId, options.asOf);
    say(options.json ? JSON.stringify(portrait) : describePerson(portrait));
    await server.close();
  } finally {
    await platform.close();
  }
}

const SHOWN_ITEMS = 4;

async function readPortrait(ask: Ask, userId: string, asOf: string | undefined): Promise<Portrait> {
  const path = `/v1/users/${encodeURIComponent(userId)}`;
  const at = asOf === undefined ? "" : `&asOf=${encodeURIComponent(asOf)}`;
  const [profile, interests, next] = await Promise.all([
    ask(`${path}?include=state,predictions${at}`),
    ask(`${path}/interests?explain=true${at}`),
    ask("/v1/recommendations", { userId, n: SHOWN_ITEMS, ...(asOf !== undefined && { asOf }) }),
  ]);
  return {
    profile: profile as UserResponse, // what these routes answer
    interests: interests as InterestsBody,
    next: next as RecommendationResponse,
  };
}
