/**
 * @file How quick the console is in a browser, and whether every page opens, on any data: npm run -s measure-console -- [--dataset ml-1m], or the
 * address of a running server. Prints a table. Tasks are measured by the processor time of the page's thread, which holds on a shared machine as
 * well; paints and interactions by the clock, for which the machine is to be had to itself.
 */
import type { Page } from "playwright-core";
import { ServerProcess, withDatasets } from "../server-process.ts";
import { findChromium, openBrowser } from "./browser.ts";
import { withManyEvents, withManyPoints } from "./made-up.ts";
import { type Tasks, tasksDuring } from "./tasks.ts";
import { addressesFor, earlierOf, LOOKS, newPage, openContext, untilMade } from "./visit.ts";

/** Of the person who is looked at, and on the map: more than most data have, so made up. */
const EVENTS = 10_000;
const POINTS = 100_000;
/** A data set that is imported for the first time. */
const START_MS = 15 * 60_000;
/** The map is there soon; everybody is read one by one beside whatever else there is to do, and what needs that is left out when it takes longer. */
const MAP_MS = 240_000;
const SURVEY_MS = 60_000;

const chromium = findChromium();
if (chromium === undefined) throw new Error("no Chromium here: apt-get install chromium, or set CHROMIUM");
const args = process.argv.slice(2);
const server = args[0]?.startsWith("http")
  ? undefined
  : await ServerProcess.start([...args, "--data", ".screenshots/data"], {
      ...withDatasets(),
      patienceMs: START_MS,
    });
const address = server?.ready.address ?? args[0]!;
const table: (readonly [what: string, asked: string, seen: string])[] = [];
const [hasMap, hasSurvey] = [
  await untilMade(`${address}/v1/map`, MAP_MS),
  await untilMade(`${address}/v1/population`, SURVEY_MS),
];
const browser = await openBrowser(chromium);
const context = await openContext(browser, LOOKS.at(-2)!); // 1440 px, light
await context.addInitScript(`
  globalThis.interactions = [];
  new PerformanceObserver((list) => interactions.push(...list.getEntries().filter(({ interactionId }) => interactionId > 0).map(({ duration, startTime, processingStart, processingEnd }) =>
    ({ ms: duration, waitMs: processingStart - startTime, workMs: processingEnd - processingStart }))))
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

/** What comes after the work is style, layout, paint, and the wait for the frame. */
interface Interaction {
  readonly ms: number;
  readonly waitMs: number;
  readonly workMs: number;
}

interface Seen extends Tasks {
  /** Until the next paint; none where all were under 16 ms, which is the least that is told. */
  readonly slowest: Interaction | null;
  /** Between two frames: the median. */
  readonly frameMs: number;
}

/** What the page does while something is done, and 400 ms after. */
async function during(page: Page, act: () => Promise<void>): Promise<Seen> {
  await page.evaluate("interactions.length = frames.length = 0");
  const tasks = await tasksDuring(page, async () => {
    await act();
    await page.waitForTimeout(400);
  });
  const timed = await page.evaluate<Pick<Seen, "slowest" | "frameMs">>(
    `({
      slowest: interactions.toSorted((left, right) => right.ms - left.ms)[0] ?? null,
      frameMs: Math.round(frames.toSorted((left, right) => left - right)[frames.length >> 1] ?? 0),
    })`,
  );
  return { ...tasks, ...timed };
}

function tell(what: string, { longMs, longestMs, slowest, frameMs }: Seen): void {
  table.push([
    `${what}: tasks over 50 ms of processor time`,
    "none",
    `${longMs.length}, longest ${longestMs} ms`,
  ]);
  if (slowest)
    table.push([
      `${what}: slowest interaction to the next paint`,
      "< 100 ms",
      `${slowest.ms} ms: ${slowest.waitMs.toFixed(0)} until it was heard, ${slowest.workMs.toFixed(0)} of work`,
    ]);
  else table.push([`${what}: median frame`, "", `${frameMs} ms`]);
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

async function press(page: Page, keys: readonly string[], delay: number): Promise<void> {
  for (const key of keys) await page.keyboard.press(key, { delay });
}

const { people } = await ask<{ people: { userId: string; eventCount: number }[] }>(
  "/v1/users?sort=events&limit=1",
);
const { items, topics } = await ask<{ items: { itemId: string }[]; topics: { topic: string }[] }>(
  "/v1/items?limit=1",
);
const heaviest = people[0]!;
const own = `/people/${encodeURIComponent(heaviest.userId)}`;

const complaints: string[] = [];
for (const [path, text] of Object.entries(
  addressesFor(encodeURIComponent(heaviest.userId), {
    itemId: items[0]!.itemId,
    topic: topics[0]?.topic ?? "",
    earlier: await earlierOf(address, heaviest.userId),
  }),
)) {
  const lacks = path.includes("view=groups") ? !hasSurvey : path.startsWith(own) && !hasMap;
  if (lacks) {
    table.push([`first contentful paint of ${path}`, "< 1000 ms", "what it shows is not made yet"]);
    continue;
  }
  const opened = await openAt(path, path === "/features" ? /feature/ : text);
  table.push([`first contentful paint of ${path}`, "< 1000 ms", `${opened.firstPaintMs} ms`]);
  complaints.push(...opened.complaints.map((complaint) => `${path}: ${complaint}`));
  await opened.page.close();
}

const { page } = await openAt(own, hasMap ? "what is alike lies together" : "Wants next");
if (hasMap) await page.locator("[data-painter]").waitFor();
await page.waitForTimeout(1500); // what is fetched while nothing else is to do
const timeline = page.getByRole("group", { name: /^Timeline of/ });
tell(
  "keys on the timeline",
  await during(page, async () => {
    await timeline.focus();
    await press(page, ["ArrowRight", "ArrowRight", "+", "+", "ArrowRight", "-", "0"], 30);
  }),
);
tell(
  "panning the timeline",
  await during(page, async () => {
    await timeline.focus();
    await press(page, ["+", "+", "+"], 0);
    await timeline.hover({ position: { x: 300, y: 60 } });
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(turn < 30 ? 40 : -40, 0);
      await page.waitForTimeout(16);
    }
  }),
);
if (hasMap) await measureMap(page.getByRole("group", { name: /^Map of/ }));
tell(
  "the slider through time",
  await during(page, async () => {
    await page.getByRole("slider", { name: "As of" }).focus();
    await press(page, ["PageDown"], 150);
    await page.getByText("As it was on").waitFor();
    await press(page, ["PageDown", "ArrowLeft", "End"], 150);
    await page.getByText("As it was on").waitFor({ state: "detached" });
  }),
);
await page.getByText("Table", { exact: true }).first().click();
await page.getByRole("table", { name: "Events" }).waitFor();
tell(
  `scrolling the table of ${EVENTS} events`,
  await during(page, async () => {
    await page.mouse.move(700, 600);
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(0, turn < 30 ? 400 : 4000);
      await page.waitForTimeout(16);
    }
  }),
);
const bytes = await page.evaluate<number>(
  "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/console/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
);
table.push(["files of the page, as they are sent", "", `${Math.round(bytes / 1000)} kB`]);

process.stdout.write(
  `${heaviest.userId}, ${heaviest.eventCount} events made to ${EVENTS}, ${POINTS} points on the map, 1440 px, Chromium ${browser.version()}\n\n` +
    `| what | asked | seen |\n|---|---|---|\n${table.map((row) => `| ${row.join(" | ")} |\n`).join("")}\n` +
    `${complaints.length === 0 ? "No page complained." : `Complaints:\n${complaints.join("\n")}`}\n`,
);
await browser.close();
await server?.stop();

async function measureMap(map: ReturnType<Page["getByRole"]>): Promise<void> {
  tell(
    `keys on the map of ${POINTS} points`,
    await during(page, async () => {
      await map.focus();
      await press(page, ["+", "+", "Shift+ArrowLeft", "Shift+ArrowUp", "ArrowRight", "-", "0"], 30);
    }),
  );
  tell(
    "dragging the map",
    await during(page, async () => {
      await map.scrollIntoViewIfNeeded();
      const box = (await map.boundingBox())!; // it was there
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      for (let turn = 1; turn <= 60; turn++)
        await page.mouse.move(x + 2 * turn, y + Math.round(20 * Math.sin(turn / 6)));
      await page.mouse.up();
    }),
  );
}
