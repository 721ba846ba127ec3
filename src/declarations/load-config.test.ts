import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConfig, loadConfig } from "./load-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inkling-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
}

test("a TypeScript config is run without a compiler, with the builders of this platform", async () => {
  const file = write(
    "inkling.config.ts",
    'import { action, type Config, defineConfig, text } from "inkling";',
    'import { verb } from "./verbs.ts";',
    "enum Strength { save = 2.5 }",
    "const mode = 'strict' as const satisfies Config['mode'];",
    "const save = action({ kind: 'positive', strength: Strength.save, verb, properties: { boardId: text() } });",
    "export default defineConfig({ actions: { save }, mode });",
  );
  write("verbs.ts", 'export const verb: string = "saved";');
  expect(findConfig(folder)).toBe(file);
  const config = await loadConfig(file);
  expect(config.mode).toBe("strict");
  expect(config.actions["save"]).toMatchObject({ strength: 2.5, verb: "saved" });
});

test.each(["inkling.config.mjs", "inkling.config.js"])("%s is run as it is", async (name) => {
  const file = write(
    name,
    'import { defaultActions } from "inkling";',
    "export default { actions: defaultActions, surfaces: ['home'] };",
  );
  expect(findConfig(folder)).toBe(file);
  expect((await loadConfig(file)).surfaces).toEqual(["home"]);
});

test("no config is none, two are a question", () => {
  expect(findConfig(folder)).toBeUndefined();
  write("inkling.config.ts", "");
  write("inkling.config.mjs", "");
  expect(() => findConfig(folder)).toThrow(/inkling.config.ts and inkling.config.mjs: keep one/);
});

test("a file that is not there is missing", async () => {
  await expect(loadConfig(join(folder, "none.ts"))).rejects.toMatchObject({ code: "missing-file" });
});

test("a config that is not the default export is missed by name", async () => {
  const file = write("inkling.config.mjs", "export const config = { actions: {} };");
  await expect(loadConfig(file)).rejects.toMatchObject({
    code: "invalid-config",
    message: `${file} has no default export (it exports "config"): write "export default defineConfig({ ... })"`,
  });
});

test.each(["inkling.config.ts", "inkling.config.mjs"])(
  "a syntax error in %s is told with its line",
  async (name) => {
    const file = write(name, "export default {", "  actions: = {},", "};");
    await expect(loadConfig(file)).rejects.toMatchObject({
      code: "invalid-config",
      message: expect.stringContaining(`${file}:2:`),
    });
  },
);

test("an error while it runs is told with its line", async () => {
  const file = write(
    "inkling.config.ts",
    "const nothing: any = undefined;",
    "",
    "export default nothing.actions;",
  );
  await expect(loadConfig(file)).rejects.toMatchObject({
    code: "invalid-config",
    message: expect.stringMatching(/config\.ts:3:\d+: .*Cannot read properties of undefined/),
  });
});

test("a wrong value in it is told with the file, and once", async () => {
  const plain = write("inkling.config.mjs", 'export default { actions: {}, mode: "hard" };');
  const checked = write(
    "inkling.config.ts",
    'import { defineConfig } from "inkling";',
    'export default defineConfig({ actions: {}, mode: "hard" });',
  );
  await expect(loadConfig(plain)).rejects.toThrow(`${plain}: mode is "hard"`);
  await expect(loadConfig(checked)).rejects.toThrow(`${checked}:2:`);
});
