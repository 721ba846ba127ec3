import type { ItemRow } from "#base";
import type { Neighbours } from "../items/neighbours.ts";
import type { SpokenFor } from "../person-reader.ts";
import type { Proposal, Query, Reason, Source } from "../pipeline.ts";
import { inTurn } from "./proposals.ts";

/**
 * One query per interest: the nearest items of its medoid, through the vector index; without one, of all that speak for it (medoid, then landmarks,
 * in turn). The interests take turns by
 * importance: the next item is of the one that has least for its share, so each has its part of any budget, and a larger budget begins with the
 * smaller. Merging by a common score instead hurt in Pinterest's multi-embedding retrieval (KDD 2025, section 4.4): one interest took all.
 */
export class InterestsSource implements Source {
  readonly name: string;
  readonly #neighbours: Neighbours;

  constructor(name: string, neighbours: Neighbours) {
    this.name = name;
    this.#neighbours = neighbours;
  }

  answers({ condition, person }: Query): boolean {
    return condition === undefined && person !== undefined;
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    const interests = (await query.person?.interests(query.asOfMs)) ?? [];
    const queues = await Promise.all(
      interests.map(async (interest) => ({
        interest,
        waiting: await this.#itemsFor(interest, query, budget),
        given: 0,
      })),
    );
    const proposed = new Map<ItemRow, Proposal>();
    for (let open = queues; proposed.size < budget; ) {
      for (const queue of open) // another interest may have given it
        while (queue.waiting[0] && proposed.has(queue.waiting[0].itemRow)) queue.waiting.shift();
      open = open.filter(({ waiting }) => waiting.length > 0);
      const [first] = open;
      if (!first) break;
      const next = open.reduce((least, queue) => (dueOf(queue) < dueOf(least) ? queue : least), first);
      const proposal = next.waiting[0]!;
      proposed.set(proposal.itemRow, {
        ...proposal,
        reason: reasonOf(next.interest),
        maturity: next.interest.lifecycle,
      });
      next.given++;
    }
    return [...proposed.values()];
  }

  async #itemsFor(
    { medoid, landmarks, share }: SpokenFor,
    query: Query,
    budget: number,
  ): Promise<Proposal[]> {
    const isIndexed = this.#neighbours.isIndexed(query);
    const speakers = isIndexed ? [medoid] : [...new Set([medoid, ...landmarks])];
    // Others may give some of its items, or run out of theirs.
    const wanted = isIndexed ? Math.ceil(ROOM * share * budget) + MORE : undefined;
    return inTurn(await Promise.all(speakers.map((row) => this.#neighbours.of(row, query, wanted))));
  }
}

/** Items sought for an interest, beyond its share of the budget. */
const ROOM = 1.5;
const MORE = 10;

/** When a queue's next item is due, where all of them run at the pace of their shares. */
function dueOf({ interest, given }: { readonly interest: SpokenFor; readonly given: number }): number {
  return (given + 1) / interest.share;
}

function reasonOf({ label, evidence }: SpokenFor): Reason {
  return { kind: "interest", text: `For your interest in ${label}`, evidence };
}
