// Builds the console into dist/console when its sources have changed since; otherwise takes a few milliseconds. Needs no network.
import { unlessCurrent } from "./unless-current.mjs";

await unlessCurrent("dist/console/.sources", ["build", "console"], async () => {
  const { build } = await import("vite");
  await build({ configFile: "console/vite.config.ts", logLevel: "warn" });
});
