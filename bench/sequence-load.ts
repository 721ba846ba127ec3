/** @file The load generator of `sequences.bench.ts`: asks for the sequences of random users at a fixed rate. */
import { Random } from "#base";
import { type RateResult, type RateTask, runAtRate } from "./http-load.ts";

export interface SequenceLoadTask extends RateTask {
  readonly users: number;
  /** Rows asked for. */
  readonly limit: number;
  readonly seed: number;
}

function run(task: SequenceLoadTask): Promise<RateResult> {
  const { users, limit, seed } = task;
  const random = Random.of(seed, "readers");
  return runAtRate(task, () => ({
    path: `/v1/users/user-${random.integer(users)}/sequence?limit=${limit}`,
  }));
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as SequenceLoadTask))); // our own parent's task
