import { expect, test } from "vitest";
import type { FittedModel } from "./model.ts";
import { ModelsInService } from "./models-in-service.ts";
import { ServedModels } from "./served-models.ts";

/** Models that were read, in order. */
function reading(): {
  read: string[];
  open: (version: string, before?: ServedModels) => Promise<ServedModels>;
} {
  const read: string[] = [];
  return {
    read,
    open(version, before) {
      const id = (name: string, of: string) => ({ name, version: of, hasVectors: false });
      const roles = {
        personal: id("ease", version),
        coldStart: id("popularity", "1"),
        others: [id("ials", "1")],
      };
      const load = async ({ name, version }: { name: string; version: string }) => {
        read.push(`${name}@${version}`);
        return { model: { name } as FittedModel, version, dataUntilMs: 0 }; // nobody asks it anything
      };
      return ServedModels.open(roles, load, before?.read);
    },
  };
}

test("who was there before the change is answered to the end by the old models, who comes after it by the new ones", async () => {
  const { open } = reading();
  const first = await open("1");
  const inService = new ModelsInService(first);
  let finish = (): void => {};
  const during = inService.use(async (models) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return models.personal.version;
  });
  const events: string[] = [];
  const free = inService.replace(await open("2", first)).then(() => events.push("free"));
  expect(await inService.use(async ({ personal }) => personal.version)).toBe("2");
  events.push("answered");
  finish();
  expect(await during).toBe("1");
  await free;
  expect(events).toEqual(["answered", "free"]);
});

test("models nobody uses are free at once, also after work that failed", async () => {
  const { open } = reading();
  const inService = new ModelsInService(await open("1"));
  await expect(inService.use(() => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  await inService.replace(await open("2"));
});

test("of the next models only what is new is read; those asked for by name when they are asked for", async () => {
  const { read, open } = reading();
  const first = await open("1");
  expect(read).toEqual(["ease@1", "popularity@1"]);
  const second = await open("2", first);
  expect(read).toEqual(["ease@1", "popularity@1", "ease@2"]);
  expect([...second.read.keys()]).toEqual(["popularity@1", "ease@2"]);
  expect((await second.named("ials")).version).toBe("1");
  expect((await second.named("ease@2")).version).toBe("2");
  await expect(async () => second.named("ease@1")).rejects.toMatchObject({ code: "unknown-model" });
});
