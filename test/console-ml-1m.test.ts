/**
 * @file The console on MovieLens-1M: the main task of each page, with what its first few hundred people did. With all of them, in a folder that
 * is kept: INKLING_CONSOLE_ML_1M=FOLDER npx vitest run test/console-ml-1m.test.ts
 */
import { join } from "node:path";
import { describe } from "vitest";
import { findChromium } from "./console/browser.ts";
import { declared } from "./console/declare.ts";
import { describeMainTasks } from "./console/main-tasks.cases.ts";
import { sampleOfMl1m } from "./console/ml-1m-sample.ts";
import { OpenedConsole } from "./console/opened-console.ts";

const PEOPLE = 300;
const { INKLING_DATASETS: datasets, INKLING_CONSOLE_ML_1M: whole } = process.env;
const chromium = findChromium();
const isMissing =
  datasets === undefined ? "INKLING_DATASETS is not set" : chromium === undefined && "no Chromium here";

describe.skipIf(isMissing)(`the console on ml-1m${isMissing ? `: ${isMissing}` : ""}`, () => {
  const opened = new OpenedConsole(chromium, async (folder) => {
    const sample = join(folder, "datasets");
    if (whole === undefined) await sampleOfMl1m(datasets!, PEOPLE, sample); // skipped without
    return {
      options: ["--dataset", "ml-1m", "--data", whole ?? folder, ...(await declared(folder, "ml-1m"))],
      program: { env: { INKLING_DATASETS: whole === undefined ? sample : datasets! } },
    };
  });
  describeMainTasks(opened, { passes: whole === undefined ? 40 : 3 });
});
