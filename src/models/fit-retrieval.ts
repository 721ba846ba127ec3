import { PlatformError, Random } from "#base";
import { type Interactions, keepWhere } from "#sequences";
import type { FitContext, FittedModel, Retrieval } from "./model.ts";
import { modelNamed } from "./models.ts";

/** Share of the engagements, the oldest, that those who are asked learn from; the ranker learns from the others. */
const LEARNED_SHARE = 0.8;

/** Fits the models a ranker asks about candidates, each as it comes, on what was before the time that the ranker learns from. */
export async function fitRetrieval(
  data: Interactions,
  names: readonly string[],
  { random, progress, abort, threads }: FitContext,
): Promise<Retrieval> {
  const { learned, untilMs } = beforeRanking(data);
  const models: FittedModel[] = [];
  for (const name of names) {
    const model = modelNamed(name);
    models.push(
      await model.fit(learned, model.defaults, {
        ...{ progress, random: Random.of(random.uint32(), name) },
        ...(abort && { abort }),
        ...(threads !== undefined && { threads }),
      }),
    );
  }
  return { models, untilMs };
}

/** The engagements of the time before the one that a ranker learns from. @throws PlatformError `invalid-config` without times */
export function beforeRanking(data: Interactions): {
  readonly learned: Interactions;
  readonly untilMs: number;
} {
  const { timestampsMs, rejections: _r, impressions: _i, ...engagements } = data;
  if (!timestampsMs)
    throw new PlatformError(
      "invalid-config",
      'ranker: "retrievers" asks models about a time that they did not learn from, and the data has no times.',
    );
  const untilMs =
    Float64Array.from(timestampsMs).sort()[Math.floor(LEARNED_SHARE * timestampsMs.length)] ?? 0;
  const learned = keepWhere(
    { ...engagements, timestampsMs },
    (position) => timestampsMs[position]! < untilMs,
  );
  return { learned, untilMs };
}
