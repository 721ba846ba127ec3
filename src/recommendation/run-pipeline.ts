import { type ItemRow, monotonicMs } from "#base";
import { Candidates } from "./candidates.ts";
import type {
  Hydrator,
  Pipeline,
  PipelineTrace,
  Proposal,
  Query,
  Recommended,
  Scorer,
  Scores,
  SourceStage,
  SourceTrace,
  StageTrace,
} from "./pipeline.ts";
import { headsAt, noScores, utilityOf } from "./scorers/utility.ts";
import { Verdicts } from "./verdicts.ts";

export interface PipelineRun {
  readonly items: readonly Recommended[];
  readonly trace: PipelineTrace;
}

/**
 * The list a pipeline makes for a query: at most `query.n`, fewer only when nothing more passes the filters. The candidates that are
 * scored do not depend on `query.n`, and what a longer list needs beyond them follows in the order of the sources: a longer list begins with
 * the shorter one. A source that is late or throws is left out, which the trace says.
 */
export async function runPipeline(pipeline: Pipeline, query: Query): Promise<PipelineRun> {
  const startedMs = monotonicMs();
  const verdicts = await Verdicts.open(pipeline.filters, query);
  const answers = await askAll(pipeline, query, verdicts);
  const candidates = Candidates.merge(answers);
  const { scores, trace: scorer } = await scoreAll(pipeline.scorer, query, candidates);
  const relevance = utilityOf(scores, pipeline.utility, candidates.length);
  const selectingMs = monotonicMs();
  const selected = pipeline.selector.select(query, candidates, relevance);
  const selector = traceOf(pipeline.selector.name, candidates.length, selected.length, selectingMs);
  const chosen: Recommended[] = selected.map(({ position, isBuried: _, ...placed }) => ({
    ...candidates.at(position),
    ...(pipeline.scorer && scoredAs(relevance, position, scores)),
    ...placed,
    reasons: [],
  }));
  const buried = selected.findIndex(({ isBuried }) => isBuried);
  const reach = buried < 0 ? chosen.length : buried;
  const stagesToAsk = answers.filter(({ trace }) => trace.outcome === "ok").map(({ stage }) => stage);
  const items = await lengthened(pipeline, query, {
    ...{ above: chosen.slice(0, reach), below: chosen.slice(reach) },
    filling: { stages: stagesToAsk, verdicts },
  });
  const { hydrated, traces: hydrators } = await hydrate(pipeline.hydrators, query, items);
  const stages = { sources: tracesOf(answers, candidates), filters: verdicts.traces(), selector, hydrators };
  const trace = { ...stages, ...(scorer && { scorer }), ms: sinceMs(startedMs) };
  return { items: hydrated, trace };
}

/** All sources at once; the last resort where nothing came of them and not all had the time to say so. */
async function askAll(
  { sources, lastResort }: Pipeline,
  query: Query,
  verdicts: Verdicts,
): Promise<readonly Answer[]> {
  const asked = sources.filter(({ source }) => source.answers(query));
  const answers = await Promise.all(asked.map((stage) => ask(stage, query, verdicts)));
  const isWanting =
    answers.every(({ kept }) => kept.length === 0) && answers.some(({ trace }) => trace.outcome !== "ok");
  if (!isWanting || !lastResort?.source.answers(query)) return answers;
  return [...answers, await ask(lastResort, query, verdicts)];
}

/** What a source answered: what passed the filters, best first. */
interface Answer {
  readonly name: string;
  readonly stage: SourceStage;
  readonly kept: readonly Proposal[];
  readonly trace: Omit<SourceTrace, "kept" | "unique" | "shared">;
}

async function ask(stage: SourceStage, query: Query, verdicts: Verdicts): Promise<Answer> {
  const { source, budget, timeoutMs } = stage;
  const startedMs = monotonicMs();
  const answer = (how: Pick<SourceTrace, "outcome" | "fault">, { kept, proposed }: Gathered): Answer => ({
    ...{ name: source.name, stage, kept },
    trace: { name: source.name, ...how, budget, proposed, ms: sinceMs(startedMs) },
  });
  const nothing = { kept: [], proposed: 0 };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    const gathered = await Promise.race([gather(stage, query, verdicts), late]);
    return gathered ? answer({ outcome: "ok" }, gathered) : answer({ outcome: "late" }, nothing);
  } catch (error) {
    return answer({ outcome: "failed", fault: String(error) }, nothing);
  } finally {
    clearTimeout(timer);
  }
}

interface Gathered {
  readonly kept: readonly Proposal[];
  readonly proposed: number;
}

const ASKED_AGAIN = 8;

/** Filters may remove most of what a source proposes, so it is asked for more until its budget has passed. */
async function gather(
  { source, budget: wanted }: SourceStage,
  query: Query,
  verdicts: Verdicts,
): Promise<Gathered> {
  for (let budget = wanted; ; budget *= ASKED_AGAIN) {
    const proposals = await source.propose(query, budget);
    const kept = verdicts.keep(proposals);
    if (kept.length >= wanted || proposals.length < budget)
      return { kept: kept.slice(0, wanted), proposed: proposals.length };
  }
}

function tracesOf(answers: readonly Answer[], candidates: Candidates): SourceTrace[] {
  return answers.map(({ name, kept, trace }) => ({
    ...trace,
    kept: kept.length,
    ...candidates.overlapOf(name),
  }));
}

async function scoreAll(
  scorer: Scorer | undefined,
  query: Query,
  candidates: Candidates,
): Promise<{ scores: Scores; trace: StageTrace | undefined }> {
  if (!scorer) return { scores: noScores, trace: undefined };
  const startedMs = monotonicMs();
  const { name } = (await scorer.for?.(query)) ?? scorer;
  const scores = await scorer.score(query, candidates);
  return { scores, trace: traceOf(name, candidates.length, candidates.length, startedMs) };
}

/** A candidate by the scorer's lights; by its source's where the scorer has no opinion. */
function scoredAs(
  relevance: Float64Array,
  position: number,
  scores: Scores,
): Pick<Recommended, "heads"> & { readonly score?: number } {
  const score = relevance[position]!;
  if (Number.isNaN(score)) return {};
  return { score, heads: headsAt(scores, position) };
}

interface Chosen {
  readonly above: readonly Recommended[];
  /** What a rule buries: after all else. */
  readonly below: readonly Recommended[];
  readonly filling: Filling;
}

interface Filling {
  readonly stages: readonly SourceStage[];
  readonly verdicts: Verdicts;
}

/** The list as long as was asked for: what was chosen and what else the sources have, then what a rule buries of both. */
async function lengthened(
  { isBuried }: Pipeline,
  query: Query,
  { above, below, filling }: Chosen,
): Promise<readonly Recommended[]> {
  const items = [...above];
  const known = new Set([...above, ...below].map(({ itemRow }) => itemRow));
  const fillBy = async (isWanted: (itemRow: ItemRow) => boolean): Promise<void> =>
    void items.push(...(await fill(filling, query, { room: query.n - items.length, known, isWanted })));
  await fillBy((itemRow) => !isBuried?.(itemRow));
  items.push(...below.slice(0, query.n - items.length));
  if (isBuried) await fillBy(isBuried);
  return items;
}

/**
 * What is missing in the list, in the order of the sources; one that is late or fails now is left out as well. How much they are asked for at a
 * time does not depend on the list's length, for what an approximate search finds first depends on how much it is asked for.
 */
async function fill(
  { stages, verdicts }: Filling,
  query: Query,
  wanted: {
    readonly room: number;
    readonly known: Set<ItemRow>;
    readonly isWanted: (itemRow: ItemRow) => boolean;
  },
): Promise<Recommended[]> {
  const { room, known, isWanted } = wanted;
  const more: Recommended[] = [];
  for (const stage of stages) {
    let isExhausted = false;
    for (let budget = stage.budget * ASKED_AGAIN; !isExhausted && more.length < room; budget *= ASKED_AGAIN) {
      const { name, kept } = await ask({ ...stage, budget }, query, verdicts);
      for (const [place, proposal] of kept.entries()) {
        const { itemRow } = proposal;
        if (more.length >= room || known.has(itemRow) || !isWanted(itemRow)) continue;
        known.add(itemRow);
        const places = new Map([[name, place]]);
        more.push({ ...proposal, source: name, places, placement: "filled", reasons: [] });
      }
      isExhausted = kept.length < budget;
    }
  }
  return more;
}

async function hydrate(
  hydrators: readonly Hydrator[],
  query: Query,
  items: readonly Recommended[],
): Promise<{ hydrated: readonly Recommended[]; traces: StageTrace[] }> {
  let hydrated = items;
  const traces: StageTrace[] = [];
  for (const hydrator of hydrators) {
    const startedMs = monotonicMs();
    hydrated = await hydrator.hydrate(query, hydrated);
    traces.push(traceOf(hydrator.name, items.length, hydrated.length, startedMs));
  }
  return { hydrated, traces };
}

function traceOf(name: string, given: number, kept: number, startedMs: number): StageTrace {
  return { name, in: given, kept, ms: sinceMs(startedMs) };
}

/** To the microsecond. */
function sinceMs(startedMs: number): number {
  return Math.round(1000 * (monotonicMs() - startedMs)) / 1000;
}
