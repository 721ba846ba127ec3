/** @file `inkling models` and `inkling vectors` as people meet them: an encoder made elsewhere is brought, looked at and refused. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type PreparedFolder, prepareFolder } from "./prepared-folder.ts";
import { type Ended, killAll, runProgram, ServerProcess } from "./server-process.ts";

const made = (name: string): string => fileURLToPath(new URL(`./made-by-pytorch/${name}`, import.meta.url));
const BRING = ["models", "import", made("encoder.onnx"), "--name", "torch", "--sample", made("encoder.json")];
let prepared: PreparedFolder;

beforeAll(async () => {
  prepared = await prepareFolder();
});
afterEach(killAll);
afterAll(() => prepared.remove());

test("what is there is listed beside a running server, shown, and compared field by field", async () => {
  const folder = await prepared.copy();
  const server = await ServerProcess.start(["--data", folder]);
  const run = (...args: string[]): Promise<Ended> => runProgram([...args, "--data", folder]);
  const [list, show, compare, unknown] = await Promise.all([
    run("models", "list"),
    run("models", "show", "ease", "--json"),
    run("models", "compare", "ease@0001", "recent-popularity"),
    run("models", "show", "gpt"),
  ]);
  expect(list.stdout).toMatch(/^ease@0001 +personal /m);
  expect(list.stdout).toMatch(/^recent-popularity@0001 +cold-start /m);
  expect(JSON.parse(show.stdout)).toEqual((await server.get("/v1/models/ease")).body);
  expect(compare.stdout).toMatch(/^serves +personal +cold-start$/m);
  expect(compare.stdout).not.toMatch(/^vocabularyHash/m); // the same
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain(
    'No model is called "gpt"; there are ease@0001, ials@0001, recent-popularity@0001',
  );
});

test("an encoder made elsewhere is refused with another vocabulary, and where no model makes vectors none are refreshed", async () => {
  const folder = await prepared.copy();
  const items = join(folder, "items.txt");
  await writeFile(items, "i-00001\ni-00002\n");
  const refused = await runProgram([...BRING, "--items", items, "--data", folder]);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain("the rows would mean other items");
  const refresh = await runProgram(["vectors", "refresh", "--data", folder]);
  expect(refresh).toMatchObject({ code: 2 });
  expect(refresh.stderr).toContain("no model in service makes vectors");
});
