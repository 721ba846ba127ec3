import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { dataOf, oracleOf, rings } from "./fake-models.cases.ts";
import { ncf } from "./ncf.ts";
import { formatReport, reportOf } from "./report.ts";
import type { EvaluationPart } from "./task.ts";

async function reportFor(part: EvaluationPart) {
  const task = ncf.task({ ...dataOf(rings(20, 10, 300)), dataset: "ml-1m" }, { seed: 4, part });
  const evaluation = await evaluate(task, oracleOf(task));
  return reportOf(task, [{ ...evaluation, seconds: 1.25 }], { licence: "research only", clock: "order" });
}

test("the report shows what was asked, our figures with intervals, and the published ones below", async () => {
  const lines = formatReport(await reportFor("test")).split("\n");
  expect(lines.slice(0, 6)).toEqual([
    "ml-1m, protocol ncf, test part",
    "  split    made here, seed 4",
    "  ranking  sampled ranking: positives among negatives, seen items not removed",
    "  sizes    20 users, 300 items, 180 train interactions, 20 cases",
    "  clock    order only: times are made up, one second apart per person",
    "  licence  research only",
  ]);
  const table = lines.slice(lines.indexOf("") + 1);
  expect(table[0]).toMatch(/^model +HR@10 +NDCG@10 +MRR +seconds +source$/);
  expect(table[2]).toMatch(
    /^oracle +1\.0000 \[1\.0000, 1\.0000\] +1\.0000 \[.*\] +1\.0000 \[.*\] +1\.3 +this run$/,
  );
  expect(table[3]).toMatch(/^Popularity +0\.4535 +0\.2543 +Rendle.*recalled, not verified$/);
});

test("the report is plain data, and a validation stands alone", async () => {
  const report = await reportFor("validation");
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(report.published).toEqual([]);
  expect(report.models[0]!.metrics.hrAt10).toBe(1);
});
