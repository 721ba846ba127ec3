import type { ItemInput, SegmentMessage } from "#api";
import { assert, DAY_MS, HOUR_MS, Random } from "#base";
import { interestAffinities, itemAffinity } from "./affinity.ts";
import { drawSessionHour } from "./circadian-habit.ts";
import { neutral } from "./circumstances.ts";
import { poisson } from "./distributions.ts";
import { itemIdOf, itemInput } from "./item-input.ts";
import type { ShownItem, SlateRequest } from "./logging-policy.ts";
import { drawPerson, type Person } from "./person.ts";
import { PersonMemory } from "./person-memory.ts";
import { drawPresence, type Presence, sessionRate } from "./presence.ts";
import { afterSlate, type SatisfactionConfig, worthOf } from "./satisfaction.ts";
import { type Scene, setScene } from "./scene.ts";
import { breakAfterSlate, drawRequest, type Occurrence, sessionGapMs, viewSlate } from "./session.ts";
import type { WorldConfig } from "./world-config.ts";

/**
 * @file The world in a closed loop: at each slate its people ask whoever serves them, and react by their true liking, with position bias. What
 * they are shown moves them: satisfaction `s` follows their slates (a moving mean), and against the usual `u`, the mean before the loop was closed,
 *
 *     sessions of a day ~ Poisson(habit x min(most, max(least, exp(returning (s - u)))))
 *     P(leaving for good tonight) = leaving x exp(-staying (s - u))
 *
 * Whatever is drawn is drawn by (person, day, session, slate) and compared with a threshold, so that of two runs under other servers the
 * same chances befall the same person (common random numbers): what differs is what the server did. Purchases, which come days later, are left out.
 */
export interface LoopConfig extends SatisfactionConfig {
  readonly returning: number;
  readonly least: number;
  readonly most: number;
  readonly leaving: number;
  readonly staying: number;
}

export const defaultLoop: LoopConfig = {
  memorySlates: 8,
  worth: { save: 1, closeUp: 0.25, hide: -2 },
  returning: 0.6,
  least: 0.4,
  most: 2,
  leaving: 0.006,
  staying: 1.2,
};

/** What a person asks for. */
export interface SlateAsk {
  readonly userId: string;
  readonly timeMs: number;
  readonly n: number;
  readonly about:
    | { readonly surface: "home" }
    | { readonly surface: "search"; readonly topic: string }
    | { readonly surface: "related"; readonly itemId: string };
}

export interface LoopSlate {
  readonly slateId: string;
  /** Best first. `probability`: of this item in this place, where chance had a part in it. */
  readonly items: readonly {
    readonly itemId: string;
    readonly source: string;
    readonly probability?: number;
  }[];
}

/** Who is asked, and told what came of it. */
export interface SlateServer {
  slate(ask: SlateAsk): Promise<LoopSlate>;
  send(messages: readonly SegmentMessage[]): Promise<void>;
}

/** What one person did on one day. */
export interface PersonDay {
  readonly person: number;
  readonly day: number;
  readonly sessions: number;
  readonly slates: number;
  readonly impressions: number;
  readonly closeUps: number;
  readonly saves: number;
  readonly clicks: number;
  readonly hides: number;
  /** Sum over impressions of the true affinity, 0..1 each. */
  readonly affinity: number;
  /** Sum over slates of how many leaves of the topic tree were in it. */
  readonly leaves: number;
  /** Rows of the items shown, with repetitions. */
  readonly shown: readonly number[];
}

interface Player {
  readonly person: Person;
  readonly memory: PersonMemory;
  readonly presence: readonly Presence[];
  satisfaction: number;
  hasLeft: boolean;
  messages: number;
}

interface Visit {
  readonly player: Player;
  readonly day: number;
  readonly session: number;
  readonly plannedMs: number;
}

export class ClosedLoop {
  readonly #scene: Scene;
  readonly #loop: LoopConfig;
  readonly #players: readonly Player[];
  /** Item id -> row. */
  readonly #rows: ReadonlyMap<string, number>;
  /** Worth of the slates before the loop was closed, while they are counted. */
  #before: { worth: number; slates: number } | undefined = { worth: 0, slates: 0 };
  #usual = 0;

  /** @throws PlatformError `invalid-config` */
  constructor(config: WorldConfig, loop: LoopConfig = defaultLoop) {
    this.#scene = setScene(config);
    this.#loop = loop;
    this.#players = Array.from({ length: config.peopleCount }, (_, index) => {
      const person = drawPerson(this.#scene, index);
      const memory = new PersonMemory(config.reactions.fatigueHours);
      const presence = drawPresence(this.#scene, person);
      return { person, memory, presence, satisfaction: 0, hasLeft: false, messages: 0 };
    });
    this.#rows = new Map(Array.from({ length: this.itemCount }, (_, row) => [itemIdOf(row), row]));
  }

  get itemCount(): number {
    return this.#scene.catalogue.bornMs.length;
  }

  get startMs(): number {
    return this.#scene.startMs;
  }

  items(): ItemInput[] {
    const { config, topics, catalogue } = this.#scene;
    return Array.from({ length: this.itemCount }, (_, row) => itemInput(config, topics, catalogue, row));
  }

  userIdOf(person: number): string {
    return this.#players[person]!.person.userId;
  }

  /** From here on what is shown moves people, against what they have been used to. */
  close(): void {
    assert(this.#before, "a loop is closed once");
    this.#usual = this.#before.worth / Math.max(1, this.#before.slates);
    this.#before = undefined;
    for (const player of this.#players) player.satisfaction = this.#usual;
  }

  /**
   * Plays a day of the window, visit after visit in the order in which they begin. Before the loop is closed nobody is asked: the world's own
   * policy shows, which knows nothing of people.
   */
  async play(day: number, server: SlateServer): Promise<PersonDay[]> {
    const visits = this.#players.flatMap((player) => this.#plan(player, day));
    visits.sort((left, right) => left.plannedMs - right.plannedMs);
    const done = new Map<number, PersonDay>();
    for (const visit of visits) {
      const { index } = visit.player.person;
      const before = done.get(index) ?? nothingOn(index, day);
      done.set(index, await this.#visit(visit, server, before));
    }
    if (!this.#before) for (const player of this.#players) this.#perhapsLeave(player, day);
    return [...done.values()];
  }

  #plan(player: Player, day: number): Visit[] {
    const { person, presence, hasLeft, satisfaction } = player;
    if (hasLeft) return [];
    const { returning, least, most } = this.#loop;
    const wish = this.#before ? 1 : Math.exp(returning * (satisfaction - this.#usual));
    const factor = Math.min(most, Math.max(least, wish));
    const { config, startMs } = this.#scene;
    const random = Random.of(config.seed, `loop/${person.index}/${day}`);
    const count = poisson(random, most * sessionRate(this.#scene, person, day, presence[day]!, neutral));
    const dayMs = startMs + day * DAY_MS;
    const starts = Array.from({ length: count }, (_, session) => {
      const utcMs = drawSessionHour(person.habit, random) * HOUR_MS - person.utcOffsetMs;
      const plannedMs = dayMs + Math.floor((utcMs + DAY_MS) % DAY_MS);
      return { player, day, session, plannedMs, isWanted: random.uniform() * most < factor };
    });
    return starts.filter(({ isWanted, plannedMs }) => isWanted && plannedMs >= person.signedUpMs);
  }

  async #visit(
    { player, day, session, plannedMs }: Visit,
    server: SlateServer,
    before: PersonDay,
  ): Promise<PersonDay> {
    const { config } = this.#scene;
    const { person, memory } = player;
    const name = `loop/${person.index}/${day}/${session}`;
    let timeMs = Math.max(plannedMs, memory.lastEndMs + sessionGapMs);
    let today = { ...before, sessions: before.sessions + 1 };
    const affinities = interestAffinities(person.interests, timeMs);
    memory.forget(timeMs);
    for (let slate = 0; ; slate++) {
      const random = Random.of(config.seed, `${name}/${slate}`);
      const request = drawRequest(this.#scene, person, memory, affinities, random);
      const { slateId, shown } = await this.#ask(
        player,
        request,
        { timeMs, slateId: `${name}/${slate}` },
        server,
        random,
      );
      const occurrences: Occurrence[] = [];
      const buying = Random.of(config.seed, `${name}/${slate}/purchases`);
      const view = { scene: this.#scene, person, memory, affinities, request, slateId, random, buying };
      timeMs = viewSlate(shown, view, timeMs, occurrences);
      occurrences.sort((left, right) => left.timeMs - right.timeMs);
      await server.send(this.#told(player, occurrences));
      const affinity = shown.reduce(
        (sum, { row }) => sum + itemAffinity(this.#scene, person.interests, affinities, row),
        0,
      );
      today = this.#count(today, occurrences, shown, affinity);
      this.#feel(player, occurrences);
      timeMs += breakAfterSlate(random);
      if (!random.chance(1 - 1 / config.sessions.slatesPerSession)) break;
    }
    memory.lastEndMs = timeMs;
    return today;
  }

  async #ask(
    { person }: Player,
    request: SlateRequest,
    { timeMs, slateId }: { readonly timeMs: number; readonly slateId: string },
    server: SlateServer,
    random: Random,
  ): Promise<{ readonly slateId: string; readonly shown: readonly ShownItem[] }> {
    const { policy, config, topics } = this.#scene;
    if (this.#before) return { slateId, shown: policy.slate(request, timeMs, random) };
    const about: SlateAsk["about"] =
      request.surface === "related"
        ? { surface: "related", itemId: itemIdOf(request.seedRow) }
        : request.surface === "home"
          ? { surface: "home" }
          : {
              surface: "search",
              topic:
                request.leaf === undefined
                  ? topics.middleNames[request.middle]!
                  : topics.leaves[request.leaf]!.path[2],
            };
    const { slateSize: n } = config.policy;
    const slate = await server.slate({ userId: person.userId, timeMs, n, about });
    const shown = slate.items.flatMap(({ itemId, source, probability: actionProbability = 1 }) => {
      const row = this.#rows.get(itemId);
      return row === undefined ? [] : [{ row, source, actionProbability }];
    });
    return { slateId: slate.slateId, shown };
  }

  #told(player: Player, occurrences: readonly Occurrence[]): SegmentMessage[] {
    const { userId, demographics } = player.person;
    const identify: SegmentMessage[] =
      player.messages > 0
        ? []
        : [
            {
              type: "identify",
              userId,
              messageId: `${userId}-loop-hello`,
              traits: { ...demographics },
              timestamp: isoTime(occurrences[0]?.timeMs ?? this.#scene.startMs),
            },
          ];
    const tracked = occurrences
      .filter(({ action }) => action !== "purchase")
      .map(
        ({ timeMs, action, row, ...shown }): SegmentMessage => ({
          type: "track",
          event: action,
          messageId: `${userId}-loop-${player.messages++}`,
          userId,
          timestamp: isoTime(timeMs),
          properties: { itemId: itemIdOf(row), ...shown },
        }),
      );
    return [...identify, ...tracked];
  }

  #feel(player: Player, occurrences: readonly Occurrence[]): void {
    const value = worthOf(this.#loop, occurrences);
    if (this.#before) {
      this.#before.worth += value;
      this.#before.slates++;
    }
    player.satisfaction = afterSlate(this.#loop, player.satisfaction, value);
  }

  #perhapsLeave(player: Player, day: number): void {
    const { leaving, staying } = this.#loop;
    const { seed } = this.#scene.config;
    const chance = leaving * Math.exp(-staying * (player.satisfaction - this.#usual));
    const drawn = Random.of(seed, `loop/${player.person.index}/${day}/leaving`).uniform();
    if (drawn < chance) player.hasLeft = true;
  }

  #count(
    day: PersonDay,
    occurrences: readonly Occurrence[],
    shown: readonly ShownItem[],
    affinity: number,
  ): PersonDay {
    const { mainLeaves } = this.#scene.catalogue;
    return {
      ...day,
      slates: day.slates + 1,
      impressions: day.impressions + shown.length,
      closeUps: day.closeUps + countOf(occurrences, "close-up"),
      saves: day.saves + countOf(occurrences, "save"),
      clicks: day.clicks + countOf(occurrences, "click"),
      hides: day.hides + countOf(occurrences, "hide"),
      affinity: day.affinity + affinity,
      leaves: day.leaves + new Set(shown.map(({ row }) => mainLeaves[row]!)).size,
      shown: [...day.shown, ...shown.map(({ row }) => row)],
    };
  }
}

function nothingOn(person: number, day: number): PersonDay {
  const counts = { sessions: 0, slates: 0, impressions: 0, closeUps: 0, saves: 0, clicks: 0, hides: 0 };
  return { person, day, ...counts, affinity: 0, leaves: 0, shown: [] };
}

function countOf(occurrences: readonly Occurrence[], action: Occurrence["action"]): number {
  return occurrences.filter((occurrence) => occurrence.action === action).length;
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
