// Makes what runs, the command line and every thread, into dist/programs: few files in the place of two thousand modules, whose
// loading was half of a start. Needs no network.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { unlessCurrent } from "./unless-current.mjs";

const PROGRAMS = "dist/programs";
/** What brings native code, or is read only where somebody has a config. */
const LEFT_OUT = ["@duckdb/*", "jiti", "lmdb", "msgpackr-extract", "onnxruntime-node", "usearch"];
/** Libraries of the older kind call `require` for what Node has. */
const REQUIRE = `import { createRequire as requirerAt } from "node:module"; const require = requirerAt(import.meta.url);`;

/** A module that asks where it lies is told where it would lie by itself, so that it finds what lies beside it. */
const placesKept = {
  name: "places-kept",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const place = JSON.stringify(relative(PROGRAMS, path.replace(resolve("src"), resolve("dist"))));
      const contents = text.replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`);
      return { contents, loader: "ts" };
    });
  },
};

await unlessCurrent(`${PROGRAMS}/.sources`, ["build", "src"], async () => {
  const { build } = await import("esbuild");
  const workers = readdirSync("src", { recursive: true }).filter((path) => path.endsWith("-worker.ts"));
  rmSync(PROGRAMS, { recursive: true, force: true });
  await build({
    ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node20", sourcemap: true },
    entryPoints: ["main/cli.ts", ...workers].map((path) => ({
      in: `src/${path}`,
      out: basename(path, ".ts"),
    })),
    outdir: PROGRAMS,
    conditions: ["source"],
    external: LEFT_OUT,
    banner: { js: REQUIRE },
    plugins: [placesKept],
    logLevel: "warning",
  });
});
