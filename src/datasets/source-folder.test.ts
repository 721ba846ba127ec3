import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { handMadeFolder } from "./hand-made.cases.ts";
import { SourceFolder } from "./source-folder.ts";

const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test("a file is found plain or compressed, and the first name wins", async () => {
  const folder = new SourceFolder(handMadeFolder({ "plain.txt": "plain", "small.txt.gz": "small" }));
  expect(textOf((await folder.find("small.txt", "plain.txt"))?.bytes)).toBe("small");
  expect((await folder.find("small.txt"))?.name).toBe("small.txt.gz");
  expect(textOf((await folder.find("absent.txt", "plain.txt"))?.bytes)).toBe("plain");
  expect(await folder.find("absent.txt", "plain.txt/inside.txt")).toBeUndefined();
});

test("a damaged archive is an error that names the file", async () => {
  const path = handMadeFolder({});
  writeFileSync(join(path, "broken.txt.gz"), "not gzip");
  await expect(new SourceFolder(path).find("broken.txt")).rejects.toMatchObject({
    code: "data-damaged",
    message: expect.stringContaining(join(path, "broken.txt.gz")),
  });
});

test("a missing file is said with where it was looked for and where to get it", () => {
  const error = new SourceFolder("/data/x").missing({ name: "x", source: "https://x.org" }, "x.txt");
  expect(error.code).toBe("missing-file");
  expect(error.message).toBe(
    'The data set "x" needs x.txt (plain or .gz) in /data/x. Get it from https://x.org.',
  );
});
