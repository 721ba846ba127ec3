import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { SystemClock } from "#base";
import { FileBlobStore } from "#storage";
import { type ErasureParts, Erasures, type Forgets, hashId } from "./erasure.ts";
import { scanFolder } from "./scan-folder.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-erasure-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Stores that are sets of ids. */
function storeOf(name: string, held: Set<string>, fails = () => false): Forgets {
  return {
    name,
    async forget(ids) {
      if (fails()) throw new Error(`the disk of ${ids[0]} is full`);
      return { ids: ids.filter((id) => held.delete(id)).length };
    },
    verify: async (ids) => ids.filter((id) => held.has(id)).length,
  };
}

async function partsOf(
  folder: string,
  stores: readonly Forgets[],
): Promise<ErasureParts & { holds: string[] }> {
  const holds: string[] = [];
  let made = 0;
  return {
    holds,
    stores,
    receipts: new FileBlobStore(join(folder, "blobs")),
    pending: new FileBlobStore(join(folder, "erasing")),
    clock: new SystemClock(),
    newId: () => idOf(++made),
    withLinked: (ids) => ids,
    hold: async () => {
      holds.push("hold");
      return async () => void holds.push("release");
    },
    scan: (values) => scanFolder(folder, values, (file) => file.startsWith("erasing")),
    cameAgain: async () => false,
    onNotice: () => {},
  };
}

test("an erasure asks every store, looks, and leaves a receipt that names nobody", async () => {
  const folder = await newFolder();
  const held = new Set(["person-1", "person-10", "anonymous:browser-1"]);
  const parts = await partsOf(folder, [storeOf("one", held), storeOf("two", new Set())]);
  await writeFile(join(folder, "kept"), "person-10 stays");
  const erasures = new Erasures(parts);
  const erasureId = await erasures.begin(["person-1", "anonymous:browser-1"]);
  expect(await erasures.receipt(erasureId)).toMatchObject({ status: "pending" });
  await erasures.settled();
  const receipt = (await erasures.receipt(erasureId))!;
  expect(receipt).toMatchObject({
    status: "done",
    stores: [
      { name: "one", removed: { ids: 2 } },
      { name: "two", removed: { ids: 0 } },
    ],
    verification: { isClean: true, traces: { one: 0, two: 0 } },
  });
  expect(receipt.subject.idHashes[0]).toBe(hashId(receipt.subject.salt, "person-1"));
  expect(JSON.stringify(receipt)).not.toMatch(/person-1|browser-1/);
  expect([...held]).toEqual(["person-10"]);
  expect(parts.holds).toEqual(["hold", "release"]);
  expect(await parts.pending.list("")).toEqual([]);
  expect(await erasures.receipt("../secrets")).toBeUndefined();
});

test("an id that was linked to the person after they asked goes with them, also when a crash comes between", async () => {
  const folder = await newFolder();
  const held = new Set(["person-1", "anonymous:browser-2"]);
  const first = new Erasures({
    ...(await partsOf(folder, [storeOf("graph", held), storeOf("one", held, () => true)])),
    withLinked: (ids) => [...ids, "anonymous:browser-2"],
  });
  const erasureId = await first.begin(["person-1"]);
  await first.settled();
  expect(await first.receipt(erasureId)).toMatchObject({ status: "failed" });
  held.add("anonymous:browser-2"); // not gone after all; and the graph has forgotten the link
  const again = new Erasures(await partsOf(folder, [storeOf("graph", held), storeOf("one", held)]));
  await again.resume();
  const { status, subject } = (await again.receipt(erasureId))!;
  expect(status).toBe("done");
  expect(subject.idHashes).toEqual(["person-1", "anonymous:browser-2"].map((id) => hashId(subject.salt, id)));
  expect(held.size).toBe(0);
});

test("what failed is told without naming anybody, and done at the next start with what went before counted", async () => {
  const folder = await newFolder();
  let isFull = true;
  const stores = [storeOf("one", new Set(["person-1"])), storeOf("two", new Set(["person-1"]), () => isFull)];
  const parts = await partsOf(folder, stores);
  const before = new Erasures(parts);
  const erasureId = await before.begin(["person-1"]);
  await before.close();
  const failed = await before.receipt(erasureId);
  expect(failed).toMatchObject({ status: "failed", reason: "Error: the disk of (erased) is full" });
  expect(parts.holds).toEqual(["hold", "release"]);
  isFull = false;
  const after = new Erasures(parts);
  await after.resume();
  expect(await after.receipt(erasureId)).toMatchObject({
    status: "done",
    stores: [
      { name: "one", removed: { ids: 1 } },
      { name: "two", removed: { ids: 1 } },
    ],
  });
  expect(await parts.pending.list("")).toEqual([]);
});

test("a request whose receipt cannot be written is refused, and not done later either", async () => {
  const folder = await newFolder();
  const held = new Set(["person-1"]);
  const parts = await partsOf(folder, [storeOf("one", held)]);
  vi.spyOn(parts.receipts, "put").mockRejectedValueOnce(new Error("no room"));
  const erasures = new Erasures(parts);
  await expect(erasures.begin(["person-1"])).rejects.toThrow("no room");
  await erasures.settled();
  await erasures.resume();
  expect(await parts.pending.list("")).toEqual([]);
  expect([...held]).toEqual(["person-1"]);
});

test("bytes that are left anywhere make it fail and are named by file", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "left"), "...a-unique-value...");
  const erasures = new Erasures(await partsOf(folder, []));
  const erasureId = await erasures.begin(["person-1"], ["a-unique-value"]);
  await erasures.settled();
  expect((await erasures.receipt(erasureId))?.status).toBe("done"); // dots belong to a longer word
  await writeFile(join(folder, "left"), '{"is":"a-unique-value"}');
  const second = await erasures.begin(["person-1"], ["a-unique-value"]);
  await erasures.settled();
  expect(await erasures.receipt(second)).toMatchObject({
    status: "failed",
    verification: { isClean: false, scan: { found: [{ file: "left", occurrences: 1 }] } },
  });
});

test("a value is found wherever it lies, across blocks too, and not within another value", async () => {
  const folder = await newFolder();
  await mkdir(join(folder, "deep"));
  const block = 4 << 20;
  for (const at of [0, 1, 500, block - 9, block - 4, block, block + 3, 2 * block - 1]) {
    const bytes = Buffer.alloc(2 * block + 100, 0xa5);
    bytes.write("person-1", at);
    await writeFile(join(folder, "deep", "file"), bytes);
    const scan = await scanFolder(folder, ["person-1", "7"], () => false);
    expect(scan).toMatchObject({ files: 1, bytes: bytes.length, tooShort: 1 });
    expect(scan.found, `at ${at}`).toEqual([{ file: join("deep", "file"), occurrences: 1 }]);
  }
  for (const [text, found] of [
    ["person-1", 1],
    ["uperson-1\0a", 1],
    ["person-10", 0],
    ["my-person-1", 0],
    ["(person-1)person-1,", 2],
  ] as const) {
    await writeFile(join(folder, "deep", "file"), text);
    const scan = await scanFolder(folder, ["person-1"], () => false);
    expect(
      scan.found.reduce((sum, { occurrences }) => sum + occurrences, 0),
      text,
    ).toBe(found);
  }
  expect(await readdir(folder)).toEqual(["deep"]);
});
