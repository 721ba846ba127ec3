import { holdOutLast, withoutRepeats } from "./hold-out.ts";
import type { Protocol } from "./task.ts";
import { requireCases } from "./task-checks.ts";

/**
 * Next item, leave-one-out, full ranking (SASRec, Kang and McAuley, ICDM 2018; ranked in full as in gSASRec, S3-Rec and
 * HSTU): the last item is the test, the second-last the validation, ranked among all items the person has not seen. A
 * repeated item counts at its first place only, for a seen item is hidden and could not be hit.
 *
 * **Where publications differ.** For `test` we fit on all but the last item, as HSTU and (for most people) gSASRec do;
 * S3-Rec and SASRec+ (antklen) fit on all but the last two and show the model the validation item only when asking. For
 * `validation` we fit on all but the last two.
 */
export const looFull: Protocol = {
  name: "loo-full",
  title: "Next item: the last item ranked among all unseen items",

  task(data, { seed, part }) {
    const test = holdOutLast(withoutRepeats(data.interactions), 2);
    const { train, asked } = part === "test" ? test : holdOutLast(test.train, 2);
    return requireCases({
      dataset: data.dataset,
      protocol: looFull.name,
      part,
      seed,
      split: "seeded",
      train,
      histories: train,
      cases: Array.from(asked, ([user, positives]) => ({ user, positives })),
      ranking: "full",
      hideSeen: true,
      metrics: ["hrAt10", "ndcgAt10", "hrAt50", "hrAt200", "mrr", "coverageAt10"],
      notes: [
        part === "test"
          ? "Trained on all but each person's last item (validation item included)."
          : "Trained on all but each person's last two items; the second-last is asked.",
      ],
    });
  },
};
