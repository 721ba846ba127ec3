import { type Awaitable, DAY_MS, LeastRecentlyUsed, MINUTE_MS, murmur3 } from "#base";
import type { PersonState, UserRecord } from "#sequences";

/** Whose answer, and as of when. */
export interface KeptQuestion {
  readonly userId: string;
  readonly person: PersonState;
  readonly asOfMs: number;
  /** What else the answer depends on, such as the purpose or a version: the very same values each time. */
  readonly also: readonly unknown[];
  /** What is asked, where there is more than one question about a person. */
  readonly asked?: string;
}

/**
 * @file Answers about people, each kept until the person does anything or their minute is over: who asks again gets what was worked out. Only
 * what would be worked out again is kept, so there is nothing to replay or to erase: the state that an answer rests on is read every time, and
 * is what says whether it still holds. A question about the past is never kept, for the state does not say what was known then.
 */
export class KeptAnswers<Answer> {
  readonly #answers: LeastRecentlyUsed<string, Kept<Answer>>;

  /** @param people of how many an answer is kept */
  constructor(people: number) {
    this.#answers = new LeastRecentlyUsed(people);
  }

  /**
   * The answer kept, at once when it is there, or what `work` makes as of the minute's end, until when nothing else has happened. Who asks while it
   * is being worked out waits for the same. A failure is not kept.
   * @param isStill whether an answer is what would be worked out now, as far as the question does not say
   */
  read(
    question: KeptQuestion,
    work: (atMs: number) => Promise<Answer>,
    isStill: (answer: Answer) => boolean = () => true,
  ): Awaitable<Answer> {
    const { userId, person, asOfMs, asked = userId } = question;
    if (person.record.lastMs > asOfMs) return work(asOfMs);
    const kept = this.#answers.get(asked);
    if (kept && holds(kept.basis, question) && (kept.answer instanceof Promise || isStill(kept.answer)))
      return kept.answer;
    const basis = basisOf(question);
    const answer = work(basis.untilMs);
    this.#keep(asked, { basis, answer }, answer);
    return answer;
  }

  #keep(asked: string, kept: Kept<Answer>, working: Promise<Answer>): void {
    this.#answers.set(asked, kept);
    working.then(
      (answer) => {
        kept.answer = answer;
      },
      () => {
        if (this.#answers.get(asked) === kept) this.#answers.delete(asked);
      },
    );
  }
}

interface Kept<Answer> {
  readonly basis: Basis;
  answer: Awaitable<Answer>;
}

/** What an answer rests on. */
interface Basis extends Pick<UserRecord, "eventCount" | "firstMs" | "lastMs"> {
  readonly userIds: readonly string[];
  /** The minute it is of, both ends included. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly also: readonly unknown[];
}

function basisOf({ userId, person: { heads, record }, asOfMs, also }: KeptQuestion): Basis {
  const { eventCount, firstMs, lastMs } = record;
  const userIds = heads.map((head) => head.userId);
  const { fromMs, untilMs } = minuteOf(userId, asOfMs);
  return { eventCount, firstMs, lastMs, userIds, fromMs, untilMs, also };
}

function holds(basis: Basis, { person: { heads, record }, asOfMs, also }: KeptQuestion): boolean {
  return (
    basis.eventCount === record.eventCount &&
    basis.firstMs === record.firstMs &&
    basis.lastMs === record.lastMs &&
    basis.fromMs <= asOfMs &&
    basis.untilMs >= asOfMs &&
    basis.also.length === also.length &&
    basis.also.every((value, n) => value === also[n]) &&
    basis.userIds.length === heads.length &&
    basis.userIds.every((userId, n) => userId === heads[n]!.userId)
  );
}

/** Everybody's minutes begin at another moment, so that not all answers are worked out anew at once. None reaches into another day, on which much is otherwise. */
function minuteOf(userId: string, timeMs: number): Pick<Basis, "fromMs" | "untilMs"> {
  const beginsMs = murmur3(userId) % MINUTE_MS;
  const fromMs = Math.floor((timeMs - beginsMs) / MINUTE_MS) * MINUTE_MS + beginsMs;
  const dayMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
  return {
    fromMs: Math.max(fromMs, dayMs),
    untilMs: Math.min(fromMs + MINUTE_MS, dayMs + DAY_MS) - 1,
  };
}
