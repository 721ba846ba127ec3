import type { Command } from "commander";
import type { ModelBody } from "#api";
import { formatTable } from "#evaluation";
import { FileBlobStore } from "#storage";
import { withPast } from "../features/training-set.ts";
import { paths } from "../folder/data-folder.ts";
import { importModel } from "../models/import-model.ts";
import { bodyNamed, readModelBodies } from "../models/model-bodies.ts";
import { ModelStore } from "../models/model-store.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { openUnlessServed } from "./open-folder.ts";
import { type DataOptions, declarationsOf, folderFor, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly json?: boolean };

/** `inkling models`: what was fitted or imported, of what and how well. Also beside a running server. */
export function registerModels(program: Command): void {
  const group = program.command("models").description("look at models, and bring one from elsewhere");
  withDataOptions(group.command("list"))
    .description("all versions of all models")
    .option("--json", "end with one JSON object")
    .action(list);
  withDataOptions(group.command("show"))
    .argument("<model>", "name, for the newest version, or name@version")
    .description("one model: data window, settings, metrics, code and tensors")
    .option("--json", "end with one JSON object")
    .action(show);
  withDataOptions(group.command("compare"))
    .argument("<model>", "name, for the newest version, or name@version")
    .argument("<other>", "likewise")
    .description("in what two models differ")
    .option("--json", "end with one JSON object")
    .action(compare);
  withDataOptions(group.command("import"))
    .argument("<file>", "an ONNX file: item rows in, a vector of the person out")
    .requiredOption("--name <name>", "what it is to be called here")
    .requiredOption("--items <file>", "its vocabulary: an item id a line, in the order of its rows")
    .requiredOption("--sample <file>", "JSON: how sequences go in, and what came out where it was made")
    .option("--item-vectors <file>", "safetensors, where the network does not give its items' vectors away")
    .description("take in an encoder made elsewhere (PyTorch), and serve it to whoever asks for it by name")
    .option("--json", "end with one JSON object")
    .action(importFile);
}

interface ImportOptions extends Options {
  readonly name: string;
  readonly items: string;
  readonly sample: string;
  readonly itemVectors?: string;
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  const bar = new ProgressBar();
  const platform = await openUnlessServed(options, await declarationsOf(options), bar);
  const { name, items, sample, itemVectors } = options;
  const files = { name, onnx: file, card: sample, items, ...(itemVectors !== undefined && { itemVectors }) };
  const taken = await (platform
    ? importModel(platform, files).finally(() => platform.close())
    : withPast(folderFor(options), ({ catalogue }) =>
        importModel({ models: modelsOf(options), catalogue }, files),
      ));
  bar.finish();
  const { manifest, knownItems, vocabularyItems } = taken;
  if (options.json) return say(JSON.stringify(manifest));
  const { version, dimension, metrics } = manifest;
  say(
    `${name}@${version} answers whoever asks for it: vectors of ${dimension} numbers, ${knownItems} of its ${vocabularyItems} items are here, ` +
      `and ${metrics["paritySamples"]} samples come out as there to within ${metrics["parityGap"]?.toExponential(1)}`,
  );
}

function modelsOf(options: Options): ModelStore {
  return new ModelStore(new FileBlobStore(paths.blobs(folderFor(options))));
}

async function list(options: Options): Promise<void> {
  const models = await bodiesOf(options);
  if (options.json) return say(JSON.stringify({ models }));
  if (models.length === 0) return say("no models; fit one with: inkling train");
  const header = ["model", "serves", "made", "people", "items", "data until", "vectors", "metrics"];
  say(formatTable(header, models.map(summaryOf)));
}

async function show(reference: string, options: Options): Promise<void> {
  const model = bodyNamed(await bodiesOf(options), reference);
  if (options.json) return say(JSON.stringify(model));
  const fields = [...flatten(model)];
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) say(`${name.padEnd(width)}  ${value}`);
}

async function compare(left: string, right: string, options: Options): Promise<void> {
  const models = await bodiesOf(options);
  const pair = [left, right].map((reference) => bodyNamed(models, reference));
  if (options.json) return say(JSON.stringify({ models: pair, differences: differencesOf(pair) }));
  const header = ["", ...pair.map(({ name, version }) => `${name}@${version}`)];
  say(
    formatTable(
      header,
      Object.entries(differencesOf(pair)).map(([name, values]) => [name, ...values]),
    ),
  );
}

function bodiesOf(options: Options): Promise<ModelBody[]> {
  return readModelBodies(modelsOf(options));
}

function summaryOf({ name, version, serves, madeAt, data, dimension, metrics }: ModelBody): string[] {
  const measured = Object.entries(metrics).map(
    ([metric, value]) => `${metric} ${Number(value.toPrecision(4))}`,
  );
  return [
    `${name}@${version}`,
    serves ?? "-",
    madeAt?.slice(0, 16).replace("T", " ") ?? "-",
    String(data.users),
    String(data.items),
    data.until.slice(0, 16).replace("T", " "),
    dimension === null ? "-" : String(dimension),
    measured.join(", ") || "-",
  ];
}

/** Dotted name -> value in words, in the order of the body. */
function* flatten(value: object, prefix = ""): Generator<[name: string, value: string]> {
  for (const [key, inner] of Object.entries(value)) {
    const name = `${prefix}${key}`;
    if (Array.isArray(inner)) yield [name, inner.map((one) => describe(one)).join(", ") || "-"];
    else if (typeof inner === "object" && inner !== null) yield* flatten(inner, `${name}.`);
    else if (typeof inner === "number") yield [name, String(Number(inner.toPrecision(6)))];
    else yield [name, String(inner ?? "-")];
  }
}

/** A tensor as `items int32 (B, T)`, anything else as JSON. */
function describe(value: unknown): string {
  if (typeof value !== "object" || value === null || !("shape" in value)) return JSON.stringify(value);
  const { name, type, shape } = value as ModelBody["inputs"][number]; // the only objects in lists
  return `${name} ${type} (${shape.join(", ")})`;
}

/** Field -> its value in either, for those in which they are not the same. */
function differencesOf(models: readonly ModelBody[]): Record<string, readonly string[]> {
  const fields = models.map(({ curve: _, ...model }) => new Map(flatten(model))); // a point for each pass is not compared
  const names = new Set(fields.flatMap((own) => [...own.keys()]));
  const values = Array.from(names, (name) => [name, fields.map((own) => own.get(name) ?? "-")] as const);
  return Object.fromEntries(values.filter(([, [first, second]]) => first !== second));
}
