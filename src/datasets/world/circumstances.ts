import type { Person } from "./person.ts";
import type { Scene } from "./scene.ts";

/** @file What bears on a person's coming and going besides who they are: how they liked what they were shown, and what was sent to them. */
export interface Circumstances {
  /** Moving mean of what slates were worth to them. */
  readonly satisfaction?: number;
  /** Whether a notification was sent to them on the day. */
  readonly isNotified?: boolean;
}

/** Nothing bears on them. */
export const neutral: Circumstances = {};

/** Factors on the rate of a day and on the hazards of the night after it. */
export interface Pull {
  readonly sessions: number;
  readonly lapse: number;
  readonly leave: number;
  readonly comeBack: number;
}

/** Whether anything bears on people in this world; if not, their presence is known without playing their days. */
export function areMoved({ config: { dynamics } }: Scene): boolean {
  return dynamics?.hazards !== undefined || dynamics?.notifications !== undefined;
}

export function pullOf({ config }: Scene, person: Person, circumstances: Circumstances): Pull {
  const { satisfaction, isNotified } = circumstances;
  const { temper } = person;
  const hazards = config.dynamics?.hazards;
  let pull = unmoved;
  if (hazards && temper && satisfaction !== undefined) {
    const above = temper.satisfactionFactor * (satisfaction - hazards.usual);
    const factor = (strength: number): number =>
      Math.min(hazards.most, Math.max(hazards.least, Math.exp(strength * above)));
    pull = {
      sessions: factor(hazards.sessions),
      lapse: factor(-hazards.lapsing),
      leave: factor(-hazards.leaving),
      comeBack: factor(hazards.comingBack),
    };
  }
  if (!isNotified || !temper?.notified) return pull;
  const { sessionsFactor, lapseFactor } = temper.notified;
  return {
    sessions: pull.sessions * sessionsFactor,
    lapse: pull.lapse * lapseFactor,
    leave: pull.leave * lapseFactor,
    comeBack: pull.comeBack * sessionsFactor,
  };
}

const unmoved: Pull = { sessions: 1, lapse: 1, leave: 1, comeBack: 1 };
