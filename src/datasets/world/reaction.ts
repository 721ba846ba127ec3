import { HOUR_MS, type Random, SECOND_MS } from "#base";
import { logNormal, sigmoid } from "./distributions.ts";
import type { LogitLine, ReactionsConfig } from "./world-config.ts";

/**
 * @file What a person does with one impression, by the position-based model (Craswell et al. 2008, "An Experimental
 * Comparison of Click Position-Bias Models", WSDM): an item is acted on when it is looked at *and* attractive,
 *
 *     P(close-up at k) = (1 + k)^-eta * sigmoid(b0 + b1 A + b2 ln q + b3 novelty - b4 ln(1 + fatigue) - b5 repeated)
 *
 * with affinity A and quality q. Save, click and share follow a close-up, each by its own line in A; hiding follows a look
 * that led nowhere. We differ from the paper in adding accidents: clicks that need neither look nor liking.
 */
export const actions = ["close-up", "save", "click", "share", "hide"] as const;
export type Action = (typeof actions)[number];

/** What bears on a reaction, besides position. */
export interface Appeal {
  /** In [0, 1). */
  readonly affinity: number;
  readonly quality: number;
  /** Taste for novelty when the item is fresh, else 0. */
  readonly novelty: number;
  /** Recent impressions of the item's leaf, faded; 0 when none. */
  readonly fatigue: number;
  readonly isRepeated: boolean;
  readonly isSaved: boolean;
}

interface ReactedAction {
  readonly action: Action;
  /** Since the impression. */
  readonly afterMs: number;
  /** Of a close-up. */
  readonly dwellMs?: number;
}

/** P(the item at 0-based `position` is looked at), 1 at the top. */
export function examinationProbability(config: ReactionsConfig, position: number): number {
  return (1 + position) ** -config.examinationDecay;
}

/** P(close-up | looked at). */
export function closeUpProbability(config: ReactionsConfig, appeal: Appeal): number {
  return sigmoid(
    config.closeUpBias +
      config.closeUpOfAffinity * appeal.affinity +
      config.closeUpOfQuality * Math.log(appeal.quality) +
      config.closeUpOfNovelty * appeal.novelty -
      config.fatigue * Math.log1p(appeal.fatigue) -
      (appeal.isRepeated ? config.repeatPenalty : 0),
  );
}

/** P(the action | close-up) on its line; for `hide`, P(hide | looked at, no close-up). */
export function actionProbability(line: LogitLine, affinity: number): number {
  return sigmoid(line.bias + line.ofAffinity * affinity);
}

/** Draws the reaction to one impression: its actions in time order, mostly none. */
export function drawReaction(
  config: ReactionsConfig,
  appeal: Appeal,
  position: number,
  random: Random,
): readonly ReactedAction[] {
  if (random.chance(config.accidentalClick)) return [{ action: "click", afterMs: drawDelay(random) }];
  if (!random.chance(examinationProbability(config, position))) return nothing;
  if (random.chance(closeUpProbability(config, appeal))) return drawCloseUp(config, appeal, random);
  const isHidden = random.chance(actionProbability(config.hide, appeal.affinity));
  return isHidden ? [{ action: "hide", afterMs: drawDelay(random) }] : nothing;
}

const nothing: readonly ReactedAction[] = [];

function drawCloseUp(config: ReactionsConfig, appeal: Appeal, random: Random): ReactedAction[] {
  const { affinity } = appeal;
  const medianMs = config.dwellMedianSeconds * SECOND_MS * Math.exp(config.dwellOfAffinity * affinity);
  const dwellMs = Math.min(HOUR_MS / 4, Math.round(300 + medianMs * logNormal(random, config.dwellSigma)));
  const afterMs = drawDelay(random);
  const taken: ReactedAction[] = [];
  for (const action of ["save", "click", "share"] as const) {
    const isTaken = random.chance(actionProbability(config[action], affinity));
    if (!isTaken || (action === "save" && appeal.isSaved)) continue;
    taken.push({ action, afterMs: afterMs + Math.round(dwellMs * (0.2 + 0.8 * random.uniform())) });
  }
  taken.sort((left, right) => left.afterMs - right.afterMs);
  return [{ action: "close-up", afterMs, dwellMs }, ...taken];
}

function drawDelay(random: Random): number {
  return 200 + random.integer(1300);
}
