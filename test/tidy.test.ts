/** @file Checks properties of the code itself, not of what it computes. Every rule names its remedy. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

interface SourceFile {
  /** From `src`, with forward slashes. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly isTest: boolean;
}

const IMPORT = /^(?:import|export)\b[^"';]*["']([^"']+)["']/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*["']([^"']+)["']/g;
const MAX_FUNCTION_LINES = 70;
const MAX_FILE_LINES = 500;

const files = readSources("src");
const consoleFiles = readSources("console");

function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({
      path,
      folder: path.split("/")[0]!,
      text: readFileSync(`${root}/${path}`, "utf8"),
      isTest: /\.(test|cases)\.ts$/.test(path),
    }));
}

/** folder -> folders it may import, from a block of ARCHITECTURE.md: the picture and the check are one. */
function readLayers(name: "layers" | "main" | "console" = "layers"): Map<string, ReadonlySet<string>> {
  const block = new RegExp(`\`\`\`${name}\\n([\\s\\S]*?)\`\`\``).exec(
    readFileSync("ARCHITECTURE.md", "utf8"),
  )?.[1];
  if (!block) throw new Error(`ARCHITECTURE.md has no block named ${name}`);
  const lines = block.trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [folder = "", allowed = ""] = line.split("->").map((part) => part.trim());
      return [folder, new Set(allowed.split(/\s+/).filter(Boolean))] as const;
    }),
  );
}

function importsOf({ text }: SourceFile): string[] {
  return [IMPORT, DYNAMIC_IMPORT].flatMap((pattern) =>
    Array.from(text.matchAll(pattern), ([, target]) => target!),
  );
}

/** What is wrong with the imports of the files, one sentence each. */
function findImportFaults(
  sources: readonly SourceFile[],
  layers: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  return sources.flatMap((file) =>
    importsOf(file).flatMap((target) => {
      if (target.startsWith("#")) {
        const other = target.slice(1);
        if (other.includes("/"))
          return [`${file.path}: "${target}" reaches behind a front door, import "#${other.split("/")[0]}"`];
        if (other === file.folder && file.isTest) return []; // tests may use their own front door
        if (layers.get(file.folder)?.has(other)) return [];
        return [`${file.path}: ${file.folder} must not import ${other} (ARCHITECTURE.md, layers)`];
      }
      const depth = file.path.split("/").length - 2; // folders below the top one
      const climbs = target.split("/").filter((part) => part === "..").length;
      return climbs > depth ? [`${file.path}: leaves its folder by "${target}", use "#folder"`] : [];
    }),
  );
}

test("folders import only what ARCHITECTURE.md allows, through front doors", () => {
  expect(findImportFaults(files, readLayers())).toEqual([]);
});

test("a planted upward import, deep import and climb are each caught", () => {
  const plant = (text: string): SourceFile => ({
    path: "events/planted.ts",
    folder: "events",
    text,
    isTest: false,
  });
  const layers = readLayers();
  expect(findImportFaults([plant('import { a } from "#serving";')], layers)).toHaveLength(1);
  expect(findImportFaults([plant('import type { A } from "#main";')], layers)).toHaveLength(1);
  expect(findImportFaults([plant('export * from "#base/clock";')], layers)).toHaveLength(1);
  expect(findImportFaults([plant('const a = await import("../sequences/index.ts");')], layers)).toHaveLength(
    1,
  );
  expect(
    findImportFaults([plant('import { a } from "#base";\nimport { b } from "./b.ts";')], layers),
  ).toEqual([]);
});

test("the folders of main import only those below, and of the platform its types", () => {
  const layers = readLayers("main");
  const ofMain = files.filter(
    ({ folder, isTest, path }) => folder === "main" && !isTest && path.split("/").length > 2,
  );
  expect(new Set(ofMain.map(({ path }) => path.split("/")[1]))).toEqual(new Set(layers.keys()));
  const faults = ofMain.flatMap(({ path, text }) => {
    const own = path.split("/")[1]!;
    return Array.from(text.matchAll(IMPORT)).flatMap(([statement, target = ""]) => {
      const [, other = "", file] = posix.join(posix.dirname(path), target).split("/");
      if (!target.startsWith(".") || other === own || layers.get(own)?.has(other)) return [];
      const isRoot = file === undefined;
      return isRoot && (own === "commands" || /^import type\b/.test(statement))
        ? []
        : [`${path}: ${own} must not import ${target}`];
    });
  });
  expect(faults).toEqual([]);
});

test("the console imports types of #api and nothing else of src, and its folders only those below", () => {
  const layers = readLayers("console");
  const faults = consoleFiles.flatMap((file) => {
    const { path, folder, text } = file;
    const ours = importsOf(file).filter((target) => /^[#.]/.test(target));
    if (!layers.has(folder)) return []; // main.tsx and the build
    return ours.flatMap((target) => {
      if (target.startsWith("#")) {
        const isType = !/^import (?!type)[^;]*"#api"/m.test(text);
        return target === "#api" && isType
          ? []
          : [`${path}: import type from "#api", and nothing else of src`];
      }
      const [other = ""] = posix.join(posix.dirname(path), target).split("/");
      return other === folder || layers.get(folder)?.has(other)
        ? []
        : [`${path}: ${folder} must not import ${target}`];
    });
  });
  expect(faults).toEqual([]);
});

test("the allowed imports have no cycle, and every folder is in the table", () => {
  const seen = new Set<string>();
  for (const [folder, allowed] of readLayers()) {
    for (const other of allowed) expect(seen, `${folder} -> ${other}: not listed above it`).toContain(other);
    seen.add(folder);
  }
  expect([...new Set(files.map(({ folder }) => folder))].sort()).toEqual([...seen].sort());
});

test("time, chance and the environment come in through one door each", () => {
  const doors: readonly { pattern: RegExp; homes: readonly string[]; instead: string }[] = [
    { pattern: /\bDate\.now\b|\bnew Date\(\)/, homes: ["base", "client"], instead: "a Clock" },
    { pattern: /\bMath\.random\b/, homes: ["base"], instead: "base/random.ts" },
    { pattern: /\bprocess\.env\b/, homes: ["main"], instead: "an option set in main" },
    { pattern: /\bconsole\./, homes: [], instead: "main/terminal.ts or the server's log" },
  ];
  const faults = files
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, folder, text }) =>
      doors
        .filter(({ pattern, homes }) => !homes.includes(folder) && pattern.test(text))
        .map(({ pattern, instead }) => `${path}: ${pattern.source} - use ${instead}`),
    );
  expect(faults).toEqual([]);
});

test("no note to fix later is left in the code", () => {
  const mark = new RegExp(["FIX", "ME|TO", "DO|X", "XX"].join(""));
  const marked = [...files, ...consoleFiles].filter(({ text }) => mark.test(text));
  expect(marked.map(({ path }) => path)).toEqual([]);
});

test("a decision's number is its own", () => {
  const records = readdirSync("docs/decisions", { encoding: "utf8" }).sort();
  const numbers = records.map((name) => /^\d{4}(?=-[a-z-]+\.md$)/.exec(name)?.[0] ?? name);
  expect(numbers).toEqual(records.map((_, n) => String(n + 1).padStart(4, "0")));
});

test(`functions are at most ${MAX_FUNCTION_LINES} lines and files at most ${MAX_FILE_LINES}`, () => {
  const faults = [...files, ...consoleFiles].flatMap(({ path, text, isTest }) => {
    const lines = text.split("\n");
    const long = lines.length > MAX_FILE_LINES ? [`${path}: ${lines.length} lines, is it one idea?`] : [];
    return isTest ? long : [...long, ...longFunctions(path, lines)];
  });
  expect(faults).toEqual([]);
});

/** The formatter puts a function's closing brace at the indentation of its first line, so indentation finds its end. */
function longFunctions(path: string, lines: readonly string[]): string[] {
  const start =
    /^(\s*)(?:export |async |static |private |override |get |set |#)*(?:function\b|(?:[#\w]+)\(.*\{$|(?:const|readonly) [#\w]+ = (?:async )?\()/;
  return lines.flatMap((line, first) => {
    const match = start.exec(line);
    if (!match || !/[{(]$/.test(line) || /^\s*(?:if|for|while|switch|return|throw|await)\b/.test(line))
      return [];
    const last = lines.findIndex((other, position) => position > first && other.startsWith(`${match[1]}}`));
    const length = last - first + 1;
    return last > 0 && length > MAX_FUNCTION_LINES
      ? [`${path}:${first + 1}: ${length} lines in one function`]
      : [];
  });
}
