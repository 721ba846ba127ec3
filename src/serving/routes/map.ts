import { AsOfQuerystring, MapResponse, Problem, UserMapResponse, UserParams } from "#api";
import { PlatformError } from "#base";
import { type InterestsSignal, MapReader, type VectorQuery } from "#profiles";
import { readPerson } from "#sequences";
import { toIso, toIsoOrNull } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { userNotFound } from "./user-not-found.ts";

/** Engagements of a person that are shown, the newest. */
const ENGAGEMENTS = 500;

/** The items as points of the plane, and people among them. */
export function registerMapRoutes(server: Server, services: Services): void {
  const readMap = mapReaderOf(services);
  registerItemMap(server, services, readMap);
  registerUserMap(server, services, readMap);
}

function registerItemMap(server: Server, { catalogue, interests }: Services, readMap: () => MapReader): void {
  server.get(
    "/v1/map",
    {
      schema: {
        summary: "The items as points of the plane, what is alike together, in columns",
        response: { 200: MapResponse, "4xx": Problem },
      },
    },
    async () => {
      const { version, spaceVersion, rows, points } = readMap().map;
      const { taxonomy, isSensitive } = interests.knowledge;
      const topics = new Map<string, number>();
      const topic = Array.from(rows, (row) => {
        const item = catalogue.at(row);
        const isUnsaid = interests.knowledge.isUnsaid(item.row);
        const top = isUnsaid ? undefined : taxonomy.topicsOf(item).at(-1)?.topic.path[0];
        if (top === undefined || isSensitive(top)) return -1;
        const known = topics.get(top) ?? topics.size;
        topics.set(top, known);
        return known;
      });
      return {
        ...{ version, spaceVersion },
        itemIds: Array.from(rows, (row) => catalogue.at(row).itemId),
        x: Array.from(rows, (_, at) => rounded(points[2 * at]!)),
        y: Array.from(rows, (_, at) => rounded(points[2 * at + 1]!)),
        topics: Array.from(topics.keys(), (label) => ({
          topicId: taxonomy.named(label)?.topicId ?? label,
          label,
        })),
        topic,
      };
    },
  );
}

function registerUserMap(server: Server, services: Services, readMap: () => MapReader): void {
  const { state, identity, clock, interests } = services;
  server.get(
    "/v1/users/:id/map",
    {
      schema: {
        summary: "A user on the map of items: their interests, engagements and vectors",
        params: UserParams,
        querystring: AsOfQuerystring,
        response: { 200: UserMapResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query }) => {
      const asOfMs = asOfOf(query, clock);
      const ids = identity.idsOf(id);
      const person = await readPerson(state, ids);
      if (!person || person.record.firstMs > asOfMs) throw userNotFound(id);
      const reader = readMap();
      const userId = identity.personOf(id);
      const [signal, vectors] = await Promise.all([
        interests.read(userId, person, asOfMs),
        placeVectors(services, reader, { ids, person, asOfMs }),
      ]);
      return {
        userId,
        mapVersion: reader.map.version,
        ...placeInterests(services, reader, signal),
        vectors,
        asOf: toIsoOrNull(signal.newestMs),
        computedAt: toIso(clock.nowMs()),
        version: signal.version,
        completeness: 1,
      };
    },
  );
}

function placeInterests(
  { catalogue }: Services,
  reader: MapReader,
  { interests, engagements }: InterestsSignal,
): Pick<UserMapResponse, "interests" | "engagements"> {
  const owners = new Map(
    interests.flatMap(({ interestId, itemRows }) => itemRows.map((row) => [row, interestId] as const)),
  );
  return {
    interests: interests.flatMap(({ interestId, label, lifecycle, share, medoid }) => {
      const place = placeOf(reader, medoid);
      return place ? [{ interestId, label, lifecycle, share, ...place }] : [];
    }),
    engagements: engagements
      .slice(-ENGAGEMENTS)
      .reverse()
      .flatMap(({ itemRow, timestampMs }) => {
        const place = placeOf(reader, itemRow);
        const interestId = owners.get(itemRow);
        const { itemId } = catalogue.at(itemRow);
        const told = {
          itemId,
          timestamp: toIso(timestampMs),
          ...(interestId !== undefined && { interestId }),
        };
        return place ? [{ ...told, ...place }] : [];
      }),
  };
}

async function placeVectors(
  { vectors }: Services,
  reader: MapReader,
  query: VectorQuery,
): Promise<UserMapResponse["vectors"]> {
  const encoder = await vectors.encoder();
  if (!encoder) return [];
  const [now, long] = await Promise.all([vectors.now(encoder, query), vectors.long(encoder, query)]);
  const items = await encoder.encoder.itemVectors();
  return Object.entries({ now, long }).flatMap(([kind, { vector }]) => {
    if (!vector || vector.version !== encoder.version) return []; // of another version: not to be compared with these items
    const [x, y] = reader.placeIn(vector.values, items);
    return [{ kind, version: vector.version, x: rounded(x), y: rounded(y) }];
  });
}

function placeOf(reader: MapReader, itemRow: number): { readonly x: number; readonly y: number } | undefined {
  const place = reader.placeOfItem(itemRow);
  return place && { x: rounded(place[0]), y: rounded(place[1]) };
}

/** What a map is looked up with: one for each layout and item space. */
function mapReaderOf({ population, interests }: Services): () => MapReader {
  let known: { readonly reader: MapReader; readonly space: unknown } | undefined;
  return () => {
    const { map } = population;
    if (!map)
      throw new PlatformError(
        "not-made-yet",
        "the items are being laid out for the first time; ask again in a minute",
      );
    const { space } = interests.knowledge;
    if (known?.reader.map !== map || known.space !== space)
      known = { reader: new MapReader(map, space), space };
    return known.reader;
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
