import { LeastRecentlyUsed, MINUTE_MS } from "#base";
import type { PersonState, UserRecord } from "#sequences";

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
  readonly #answers: LeastRecentlyUsed<string, { readonly basis: Basis; readonly answer: Answer }>;

  /** @param people of how many an answer is kept */
  constructor(people: number) {
    this.#answers = new LeastRecentlyUsed(people);
  }

  /** The answer kept, or what `work` makes as of the minute's end, until when nothing else has happened. */
  async read(question: KeptQuestion, work: (atMs: number) => Promise<Answer>): Promise<Answer> {
    const { userId, person, asOfMs } = question;
    if (person.record.lastMs > asOfMs) return work(asOfMs);
    const kept = this.#answers.get(userId);
    if (kept && holds(kept.basis, question)) return kept.answer;
    const basis = basisOf(question);
    const answer = await work(MINUTE_MS * (basis.minute + 1) - 1);
    this.#answers.set(userId, { basis, answer });
    return answer;
  }
}

/** What an answer rests on. */
interface Basis extends Pick<UserRecord, "eventCount" | "firstMs" | "lastMs"> {
  readonly userIds: readonly string[];
  readonly minute: number;
  readonly also: string;
}

function basisOf({ person: { heads, record }, asOfMs, also }: KeptQuestion): Basis {
  const { eventCount, firstMs, lastMs } = record;
  const userIds = heads.map(({ userId }) => userId);
  return { eventCount, firstMs, lastMs, userIds, minute: minuteOf(asOfMs), also };
}

function holds(basis: Basis, { person: { heads, record }, asOfMs, also }: KeptQuestion): boolean {
  return (
    basis.eventCount === record.eventCount &&
    basis.firstMs === record.firstMs &&
    basis.lastMs === record.lastMs &&
    basis.minute === minuteOf(asOfMs) &&
    basis.also === also &&
    basis.userIds.length === heads.length &&
    basis.userIds.every((userId, n) => userId === heads[n]!.userId)
  );
}

function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS);
}
