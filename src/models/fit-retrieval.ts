import { Random } from "#base";
import { type Interactions, keepWhere } from "#sequences";
import { type FitContext, type FittedModel, LEARNED_SHARE, type Retrieval } from "./model.ts";
import { modelNamed } from "./models.ts";

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
  return { models, ...(untilMs !== undefined && { untilMs }) };
}

/** What is before that which a ranker learns from: of all by time, of each person by order where there are no times. */
export function beforeRanking(
  data: Interactions,
): { readonly learned: Interactions } & Pick<Retrieval, "untilMs"> {
  const { timestampsMs, rejections: _r, impressions: _i, ...engagements } = data;
  if (!timestampsMs) return { learned: oldestOfEach(engagements) };
  const untilMs =
    Float64Array.from(timestampsMs).sort()[Math.floor(LEARNED_SHARE * timestampsMs.length)] ?? 0;
  const learned = keepWhere(
    { ...engagements, timestampsMs },
    (position) => timestampsMs[position]! < untilMs,
  );
  return { learned, untilMs };
}

function oldestOfEach(data: Interactions): Interactions {
  const { offsets, userCount, itemRows } = data;
  const isOld = new Uint8Array(itemRows.length);
  for (let user = 0; user < userCount; user++) {
    const [from, to] = [offsets[user]!, offsets[user + 1]!];
    isOld.fill(1, from, from + Math.ceil(LEARNED_SHARE * (to - from)));
  }
  return keepWhere(data, (position) => isOld[position] === 1);
}
