/**
 * @file How quick the console is in a browser, and whether every page opens, on any data: npm run -s measure-console -- [--dataset ml-1m], or the
 * address of a running server. Prints one JSON object; to be run with the machine to itself.
 */
import type { Page } from "playwright-core";
import { ServerProcess } from "../server-process.ts";
import { findChromium, openBrowser } from "./browser.ts";
import { withManyEvents, withManyPoints } from "./made-up.ts";
import { addressesFor, LOOKS, newPage, openContext, untilSurveyed } from "./visit.ts";

/** Of the person who is looked at, and on the map: more than most data have, so made up. */
const EVENTS = 10_000;
const POINTS = 100_000;

const chromium = findChromium();
if (chromium === undefined) throw new Error("no Chromium here: apt-get install chromium, or set CHROMIUM");
const args = process.argv.slice(2);
const server = args[0]?.startsWith("http")
  ? undefined
  : await ServerProcess.start([...args, "--data", ".screenshots/data"]);
const address = server?.ready.address ?? args[0]!;
await untilSurveyed(address);
const browser = await openBrowser(chromium);
const context = await openContext(browser, LOOKS.at(-2)!); // 1440 px, light
await context.addInitScript(`
  globalThis.tasks = [];
  globalThis.interactions = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  new PerformanceObserver((list) => interactions.push(...list.getEntries().filter(({ interactionId }) => interactionId > 0).map(({ duration }) => duration)))
    .observe({ type: "event", durationThreshold: 16 });
  globalThis.frames = [];
  let before = 0;
  requestAnimationFrame(function frame(at) {
    if (before > 0) frames.push(at - before);
    before = at;
    requestAnimationFrame(frame);
  });
`);
await withManyEvents(context, EVENTS);
await withManyPoints(context, POINTS);

interface Measured {
  readonly longTasks: readonly number[];
  readonly slowestInteractionMs: number;
  /** Between two frames, while something is done and 400 ms after: the median, and the longest. */
  readonly frameMs: readonly number[];
}

/** Tasks over 50 ms and the slowest interaction while something is done; 0 is under 16 ms, which is the least that is told. */
async function during(page: Page, act: () => Promise<void>): Promise<Measured> {
  await page.evaluate("tasks.length = interactions.length = frames.length = 0");
  await act();
  await page.waitForTimeout(400);
  return page.evaluate<Measured>(
    `({
      longTasks: tasks.map(Math.round),
      slowestInteractionMs: Math.max(0, ...interactions),
      frameMs: [frames.toSorted((left, right) => left - right)[frames.length >> 1], Math.max(...frames)].map(Math.round),
    })`,
  );
}

async function openAt(
  path: string,
  text: string | RegExp,
): Promise<{ page: Page; firstPaintMs: number; complaints: readonly string[] }> {
  const { page, complaints } = await newPage(context);
  page.setDefaultTimeout(120_000); // a slow machine is told by the figures
  await page.goto(`${address}${path}`);
  await page.getByText(text).first().waitFor();
  const firstPaintMs = await page.evaluate<number>(
    "Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1)",
  );
  return { page, firstPaintMs, complaints };
}

async function ask<Body>(path: string): Promise<Body> {
  return (await (await fetch(`${address}${path}`)).json()) as Body; // a route of ours
}

const { people } = await ask<{ people: { userId: string; eventCount: number }[] }>(
  "/v1/users?sort=events&limit=1",
);
const { items } = await ask<{ items: { itemId: string }[] }>("/v1/items?limit=1");
const heaviest = people[0]!;
const own = `/people/${encodeURIComponent(heaviest.userId)}`;

const pages: Record<string, number> = {};
const complaints: string[] = [];
for (const [path, text] of Object.entries(
  addressesFor(encodeURIComponent(heaviest.userId), items[0]!.itemId),
)) {
  const opened = await openAt(path, path === "/features" ? /feature/ : text);
  pages[path] = opened.firstPaintMs;
  complaints.push(...opened.complaints.map((complaint) => `${path}: ${complaint}`));
  await opened.page.close();
}

const { page } = await openAt(own, "what is alike lies together");
await page.locator("[data-painter]").waitFor();
await page.waitForTimeout(1500); // what is fetched while nothing else is to do
const timeline = page.getByRole("group", { name: /^Timeline of/ });
const walk = await during(page, async () => {
  await timeline.focus();
  for (const key of ["ArrowRight", "ArrowRight", "+", "+", "ArrowRight", "-", "0"])
    await page.keyboard.press(key, { delay: 30 });
});
const map = await during(page, async () => {
  await page.getByRole("group", { name: /^Map of/ }).focus();
  for (const key of ["+", "+", "Shift+ArrowLeft", "Shift+ArrowUp", "ArrowRight", "-", "0"])
    await page.keyboard.press(key, { delay: 30 });
});
const drag = await during(page, async () => {
  await page.getByRole("group", { name: /^Map of/ }).scrollIntoViewIfNeeded();
  const box = (await page.getByRole("group", { name: /^Map of/ }).boundingBox())!; // it was there
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let turn = 1; turn <= 60; turn++)
    await page.mouse.move(x + 2 * turn, y + Math.round(20 * Math.sin(turn / 6)));
  await page.mouse.up();
});
const pan = await during(page, async () => {
  await timeline.focus();
  for (const key of ["+", "+", "+"]) await page.keyboard.press(key);
  await timeline.hover({ position: { x: 300, y: 60 } });
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.wheel(turn < 30 ? 40 : -40, 0);
    await page.waitForTimeout(16);
  }
});
const slider = await during(page, async () => {
  await page.getByRole("slider", { name: "As of" }).focus();
  for (const key of ["PageDown", "PageDown", "ArrowLeft", "End"])
    await page.keyboard.press(key, { delay: 150 });
});
await page.getByText("Table", { exact: true }).first().click();
await page.getByRole("table", { name: "Events" }).waitFor();
const scroll = await during(page, async () => {
  await page.mouse.move(700, 600);
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.wheel(0, turn < 30 ? 400 : 4000);
    await page.waitForTimeout(16);
  }
});
const bytes = await page.evaluate<number>(
  "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/console/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
);
process.stdout.write(
  `${JSON.stringify({ heaviest, firstPaintMs: pages, complaints, walk, pan, map, drag, slider, scroll, fileBytes: bytes, chromium: browser.version() }, null, 2)}\n`,
);
await browser.close();
await server?.stop();
