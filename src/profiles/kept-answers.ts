import { MINUTE_MS } from "#base";
import type { PersonState } from "#sequences";
import { LeastRecentlyUsed } from "./least-recently-used.ts";

/** Whose answer, and as of when. */
export interface KeptQuestion {
  readonly userId: string;
  readonly person: PersonState;
  readonly asOfMs: number;
  /** What else the answer depends on, such as the purpose or a version. */
  readonly also: string;
}

/**
 * @file Answers about people, each kept until the person does anything or the minute is over: who asks again gets what was worked out. Only
 * what would be worked out again is kept, so there is nothing to replay or to erase: the state that an answer rests on is read every time, and
 * is what says whether it still holds. A question about the past is never kept, for the state does not say what was known then.
 */
export class KeptAnswers<Answer> {
  readonly #answers: LeastRecentlyUsed<string, { readonly basis: string; readonly answer: Answer }>;

  /** @param people of how many an answer is kept */
  constructor(people: number) {
    this.#answers = new LeastRecentlyUsed(people);
  }

  /** The answer kept, or what `work` makes as of the minute's end, until when nothing else has happened. */
  async read(question: KeptQuestion, work: (atMs: number) => Promise<Answer>): Promise<Answer> {
    const { userId, person, asOfMs } = question;
    if (person.record.lastMs > asOfMs) return work(asOfMs);
    const basis = basisOf(question);
    const kept = this.#answers.get(userId);
    if (kept?.basis === basis) return kept.answer;
    const answer = await work(MINUTE_MS * (minuteOf(asOfMs) + 1) - 1);
    this.#answers.set(userId, { basis, answer });
    return answer;
  }
}

function basisOf({ person: { heads, record }, asOfMs, also }: KeptQuestion): string {
  const ids = heads.map(({ userId }) => userId).join("\n");
  return `${record.eventCount} ${record.firstMs} ${record.lastMs} ${minuteOf(asOfMs)} ${also}\n${ids}`;
}

function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS);
}
