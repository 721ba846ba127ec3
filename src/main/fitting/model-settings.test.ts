import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelNamed } from "#models";
import { collectSetting, settingsOf, settingsOfEach } from "./model-settings.ts";

const itemKnn = modelNamed("item-knn");
let config: string;

beforeAll(async () => {
  config = join(await mkdtemp(join(tmpdir(), "inkling-settings-")), "settings.json");
});
afterAll(() => rm(dirname(config), { recursive: true }));

test("a setting comes from the command line, else from the file or the recipe, else from the model", async () => {
  const { neighbours, shrinkage } = itemKnn.defaults;
  expect(await settingsOf(itemKnn, { set: {} })).toEqual({ neighbours, shrinkage });
  const recipe = { neighbours: 7 };
  expect(await settingsOf(itemKnn, { recipe, set: {} })).toEqual({ neighbours: 7, shrinkage });
  await writeFile(config, JSON.stringify({ model: "item-knn", why: "a try", settings: { shrinkage: 3 } }));
  const set = collectSetting("neighbours=9", {});
  expect(await settingsOf(itemKnn, { recipe, config, set })).toEqual({ neighbours: 9, shrinkage: 3 });
  expect(await settingsOf(itemKnn, { recipe, config, set: {} })).toEqual({ neighbours, shrinkage: 3 });
});

test.each([
  ["not JSON", "expected JSON of the form"],
  ['{ "model": "ease", "settings": {} }', "has the settings of ease, and item-knn was asked for"],
  [
    '{ "model": "item-knn", "settings": { "neighbours": true } }',
    '"neighbours" is neither a number nor a word',
  ],
  ['{ "model": "item-knn", "settings": { "depth": 3 } }', 'item-knn has no setting "depth"'],
])("the file %s is refused", async (text, message) => {
  await writeFile(config, text);
  await expect(settingsOf(itemKnn, { config, set: {} })).rejects.toThrow(message);
});

test("a file that is not there is missed, and a setting is given as name=value, a number or a word", async () => {
  await expect(settingsOf(itemKnn, { config: "/nowhere.json", set: {} })).rejects.toMatchObject({
    code: "missing-file",
  });
  expect(collectSetting("block=ligr", { epochs: 3 })).toEqual({ epochs: 3, block: "ligr" });
  expect(() => collectSetting("epochs", {})).toThrow("--set takes name=value");
});

test("of several models each is told what it has a setting for, or what names it, and what nobody has is refused", () => {
  const models = ["item-knn", "ease", "popularity"].map(modelNamed);
  const set = ["neighbours=9", "ease.reg=20"].reduce((all, text) => collectSetting(text, all), {});
  expect(settingsOfEach(models, set)).toEqual([{ neighbours: 9 }, { reg: 20 }, {}]);
  for (const wrong of ["depth=3", "popularity.neighbours=9", "ials.epochs=2"])
    expect(() => settingsOfEach(models, collectSetting(wrong, {}))).toThrow(
      `"${wrong.split("=")[0]}" is no setting of item-knn (`,
    );
});
