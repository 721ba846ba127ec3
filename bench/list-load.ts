/** @file The load generator of `recommend.bench.ts` and `rank.bench.ts`: asks for lists for random users at a fixed rate. */
import { Random } from "#base";
import { type RateResult, type RateTask, type Request, runAtRate } from "./http-load.ts";

export interface ListLoadTask extends RateTask {
  readonly users: number;
  readonly items: number;
  /** Length of the lists asked for. */
  readonly n: number;
  /** Items given to be ranked; 0 asks for recommendations. */
  readonly given: number;
  readonly seed: number;
}

function run(task: ListLoadTask): Promise<RateResult> {
  const random = Random.of(task.seed, "readers");
  return runAtRate(task, () => nextRequest(task, random));
}

function nextRequest({ users, items, n, given }: ListLoadTask, random: Random): Request {
  const userId = `user-${random.integer(users)}`;
  if (given === 0) return { path: "/v1/recommendations", body: JSON.stringify({ userId, n }) };
  const itemIds = Array.from({ length: given }, () => `item-${random.integer(items)}`);
  return { path: "/v1/rank", body: JSON.stringify({ userId, itemIds }) };
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as ListLoadTask))); // our own parent's task
