import type { ModelComparisonResponse } from "#api";
import { type ItemRow, monotonicMs, nextTurn, PlatformError } from "#base";
import type { Catalogue } from "#events";
import { type ModelsInService, referenceOf, type ServedModel } from "#models";
import { compareLists, type Recommender } from "#recommendation";
import { bodyNamed, readModelBodies } from "./model-bodies.ts";
import { type ModelsOfFolder, openVersion } from "./served-models.ts";

/**
 * @file Two versions of models by what people would get of each: how much of their lists is the same, whether what they did since was in them, and
 * for whom they differ most.
 */

/** Of the people who are asked for. */
interface Asked {
  readonly userId: string;
  readonly state: string | undefined;
}

export interface CompareModelsParts {
  readonly recommender: Pick<Recommender, "listBy" | "engagedAfter">;
  readonly catalogue: Catalogue;
  readonly people: readonly Asked[];
  /** Length of the lists. */
  readonly n: number;
  readonly nowMs: number;
}

/** By `name` or `name@version`; one that is not in service is read for this once. @throws PlatformError `unknown-model`, `data-mismatch` */
export async function compareVersions(
  { inService, ...folder }: ModelsOfFolder & { readonly inService: ModelsInService },
  references: readonly [string, string],
  parts: CompareModelsParts,
): Promise<ModelComparison> {
  const known = await readModelBodies(folder.models);
  return inService.use(async (current) => {
    const opened: ServedModel[] = [];
    const open = async (reference: string): Promise<ServedModel> => {
      const id = bodyNamed(known, reference);
      const served = current.ids.find(({ name, version }) => name === id.name && version === id.version);
      if (served) return current.of(served);
      const own = await openVersion(folder, id);
      opened.push(own);
      return own;
    };
    try {
      return await compareModels([await open(references[0]), await open(references[1])], parts);
    } finally {
      await Promise.all(opened.map(({ model }) => model.release?.()));
    }
  });
}

/** One person's lists, held against each other. */
interface Compared extends Asked {
  readonly lists: readonly [readonly ItemRow[], readonly ItemRow[]];
  readonly overlap: number;
  /** Whether each list had any of what they did since; `undefined` for who did nothing. */
  readonly hits: readonly [boolean, boolean] | undefined;
}

const EXAMPLES = 5;

type ModelComparison = Omit<ModelComparisonResponse, "computedAt">;

/**
 * As of when both had learned all they know, so that what people did since is a test of either.
 * @throws PlatformError `invalid-request` for a model that only orders what others find
 */
export async function compareModels(
  models: readonly [ServedModel, ServedModel],
  parts: CompareModelsParts,
): Promise<ModelComparison> {
  for (const model of models)
    if (model.model.ranker)
      throw new PlatformError(
        "invalid-request",
        `${referenceOf(model)} orders what others find, so it has no lists of its own to compare`,
      );
  const asOfMs = Math.max(...models.map(({ dataUntilMs }) => dataUntilMs));
  const each: Compared[] = [];
  for (const person of parts.people) {
    each.push(await compared(person, models, { ...parts, asOfMs }));
    await nextTurn(); // others are served in between
  }
  const states = [...new Set(each.map(({ state }) => state ?? null))].sort();
  const differing = each.toSorted((left, right) => left.overlap - right.overlap).slice(0, EXAMPLES);
  return {
    models: models.map(referenceOf),
    n: parts.n,
    asOf: new Date(asOfMs).toISOString(),
    all: summaryOf(each),
    states: states.map((state) => ({
      state,
      ...summaryOf(each.filter((one) => (one.state ?? null) === state)),
    })),
    examples: differing.map(({ userId, state, overlap, lists }) => ({
      ...{ userId, state: state ?? null, overlap },
      lists: lists.map((list, at) => itemsOnlyIn(list, lists[1 - at]!, parts.catalogue)),
    })),
  };
}

async function compared(
  person: Asked,
  models: readonly [ServedModel, ServedModel],
  { recommender, catalogue, n, asOfMs, nowMs }: CompareModelsParts & { readonly asOfMs: number },
): Promise<Compared> {
  const { userId } = person;
  const plain = { cameMs: monotonicMs(), excludeSeen: true, excludeItemIds: [], seed: userId };
  const request = { userId, n, asOfMs, ...plain };
  const [one, other] = [
    await recommender.listBy(models[0], request),
    await recommender.listBy(models[1], request),
  ];
  const done = await recommender.engagedAfter(userId, { afterMs: asOfMs, nowMs });
  const hits = (list: typeof one): boolean => list.some(({ itemRow }) => done.has(itemRow));
  return {
    ...person,
    lists: [one.map(({ itemRow }) => itemRow), other.map(({ itemRow }) => itemRow)],
    overlap: compareLists(one, other, catalogue).overlap,
    hits: done.size === 0 ? undefined : [hits(one), hits(other)],
  };
}

function summaryOf(people: readonly Compared[]): ModelComparisonResponse["all"] {
  const active = people.flatMap(({ hits }) => (hits ? [hits] : []));
  return {
    people: people.length,
    overlap:
      people.length === 0 ? null : people.reduce((sum, { overlap }) => sum + overlap, 0) / people.length,
    activeSince: active.length,
    hits: [0, 1].map((at) => active.filter((hits) => hits[at]).length),
  };
}

function itemsOnlyIn(
  list: readonly ItemRow[],
  other: readonly ItemRow[],
  catalogue: Catalogue,
): { itemId: string; title: string }[] {
  const shared = new Set(other);
  return list
    .filter((row) => !shared.has(row))
    .map((row) => {
      const { itemId, title = itemId } = catalogue.at(row);
      return { itemId, title };
    });
}
