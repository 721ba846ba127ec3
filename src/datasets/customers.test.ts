import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCdnow } from "./cdnow.ts";
import { loadTelco } from "./telco.ts";

async function inFolder<Result>(
  name: string,
  text: string,
  read: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-customers-"));
  try {
    await writeFile(join(folder, name), text);
    return await read(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("CDNOW: repeat purchases until the end of September 1997, those of a day as one, in weeks", async () => {
  const text =
    " 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n 00004 0001 19970118  1   0.27\n 00004 0001 19970802  1   14.96\n 00004 0001 19971212  2   26.48\n 00050 0003 19970102  1    6.79\n";
  const customers = await inFolder("CDNOW_sample.txt", text, loadCdnow);
  expect(customers).toEqual([
    { frequency: 2, recency: 213 / 7, age: 272 / 7, meanValue: expect.closeTo(22.48, 9) },
    { frequency: 0, recency: 0, age: 271 / 7, meanValue: 0 },
  ]);
});

test("Telco: numbers stay numbers, a word becomes a column for each value but the first", async () => {
  const text =
    "gender,tenure,Contract,TotalCharges,Churn\nFemale,1,Month-to-month,29.85,No\nMale,34,One year, ,Yes\nMale,2,Two year,100,Yes\n";
  const { names, values, left } = await inFolder("WA_Fn-UseC_-Telco-Customer-Churn.csv", text, loadTelco);
  expect(names).toEqual([
    "gender: Male",
    "tenure",
    "Contract: One year",
    "Contract: Two year",
    "TotalCharges",
  ]);
  expect([...values]).toEqual([0, 1, 0, 0, 29.85, 1, 34, 1, 0, 0, 1, 2, 0, 1, 100]);
  expect([...left]).toEqual([0, 1, 1]);
});

test("a file that is not there is named, with where to get it", async () => {
  await expect(inFolder("other", "", loadCdnow)).rejects.toThrow(/cdnow.*CDNOW_sample.txt/);
});
