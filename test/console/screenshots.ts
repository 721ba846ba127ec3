/**
 * @file Pictures of every page in light and dark at four widths, into .screenshots/, which git ignores, and the two of README into docs/:
 * npm run -s screenshots [-- http://127.0.0.1:7070] [--only person,people] [--widths 390,1440] [--schemes dark] [--no-docs].
 * Without an address a server with the small world and declared features is started for it.
 */
import { mkdir, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { BrowserContext, Page } from "playwright-core";
import { ServerProcess } from "../server-process.ts";
import { findChromium, openBrowser } from "./browser.ts";
import { declared } from "./declare.ts";
import { newPage, openContext, untilSettled, untilSurveyed } from "./visit.ts";

const FOLDER = ".screenshots";
/** A live page needs a few of its seconds to be worth looking at. */
const LIVE_MS = 4000;
/** Of a picture in README. */
const MOST_BYTES = 300_000;
const PATIENCE_MS = 120_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    only: { type: "string" },
    widths: { type: "string", default: "390,768,1440,2560" },
    schemes: { type: "string", default: "light,dark" },
    docs: { type: "boolean", default: true },
  },
});
const chromium = findChromium();
if (chromium === undefined) throw new Error("no Chromium here: apt-get install chromium, or set CHROMIUM");
const [given] = positionals;
const server =
  given === undefined
    ? await ServerProcess.start(["--data", `${FOLDER}/data`, ...(await declared(FOLDER))])
    : undefined;
const address = given ?? server?.ready.address ?? "";
await untilSurveyed(address);
const browser = await openBrowser(chromium);
await mkdir(FOLDER, { recursive: true });

interface Shot {
  readonly name: string;
  readonly path: string;
  /** Before the page is asked for. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
  readonly act?: (page: Page) => Promise<void>;
  /** Looked at while it waits for the server. */
  readonly isWaiting?: boolean;
}

const of = (userId: string): string => `/people/${encodeURIComponent(userId)}`;
const person = of(await busiestPerson());
const item = `/items/${encodeURIComponent(await firstItem())}`;
/** Names that test the layout: from right to left, and longer than anything. */
const NAMES = {
  "name-rtl": "عبد الرحمن بن محمد آل سعيد",
  "name-long": "Wolfeschlegelsteinhausenbergerdorff ".repeat(4).trim(),
};
const shown = new Date(Date.parse(await newestEvent()) - 15 * 86_400_000).toISOString();
const shots: readonly Shot[] = [
  { name: "pulse", path: "/" },
  { name: "people", path: "/people" },
  { name: "person", path: person },
  { name: "person-below", path: person, act: scrollDown },
  { name: "person-then", path: `${person}?asOf=${shown}` },
  { name: "person-rtl", path: of("name-rtl") },
  { name: "person-long", path: of("name-long") },
  { name: "people-names", path: "/people?search=name-" },
  { name: "people-none", path: "/people?search=nobody-is-called-so" },
  { name: "people-slow", path: "/people", prepare: neverAnswered("**/v1/users?*"), isWaiting: true },
  { name: "person-slow", path: person, prepare: neverAnswered("**/v1/users/**"), isWaiting: true },
  { name: "people-failed", path: "/people", prepare: failing("**/v1/users?*") },
  { name: "models-failed", path: "/models", prepare: failing("**/v1/models") },
  { name: "groups", path: "/people?view=groups" },
  { name: "groups-core", path: "/people?view=groups&state=core" },
  { name: "person-what-if", path: person, act: imagine },
  { name: "person-compared", path: `${person}?versus=${shown}` },
  { name: "items", path: "/items" },
  { name: "item", path: item },
  { name: "topic", path: `/items?topic=${encodeURIComponent(await firstTopic())}` },
  { name: "models", path: "/models" },
  { name: "features", path: "/features?feature=saves_per_close_up" },
  { name: "features-none", path: "/features", prepare: noFeatures },
  { name: "search", path: "/people", act: search },
  { name: "not-found", path: "/people/nobody" },
];

await sendNames();
let isOver = false;
void keepSending();
const wanted = options.only?.split(",");
for (const scheme of options.schemes.split(",") as ("light" | "dark")[]) {
  for (const width of options.widths.split(",").map(Number)) {
    for (const shot of shots) if (!wanted || wanted.includes(shot.name)) await take(shot, scheme, width);
  }
}
if (options.docs) {
  await picture("docs/console-person.png", person, { scheme: "light", height: 1180 });
  await picture("docs/console-what-if.png", person, { scheme: "dark", height: 800 }, imagine);
}
isOver = true;
await browser.close();
await server?.stop();

async function take({ name, path, prepare, act, isWaiting }: Shot, scheme: "light" | "dark", width: number) {
  const context = await openContext(browser, { scheme, viewport: { width, height: 900 } });
  context.setDefaultTimeout(PATIENCE_MS);
  await prepare?.(context);
  const { page, complaints } = await newPage(context);
  await page.goto(`${address}${path}`);
  if (isWaiting) {
    await page.locator("h1").filter({ hasNotText: "Loading" }).waitFor(); // of the page's own code
    await page.locator("[data-waiting]").first().waitFor();
  } else await untilSettled(page);
  if (path === "/") await page.waitForTimeout(LIVE_MS);
  await act?.(page);
  await page.waitForTimeout(300); // what fades in has done so
  await page.screenshot({ path: `${FOLDER}/${name}-${width}-${scheme}.png` });
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
  if (wide > width) complaints.push(`wider than its window: ${wide} px`);
  if (complaints.length > 0) process.stderr.write(`${name} ${width} ${scheme}: ${complaints.join("; ")}\n`);
  await context.close();
}

/** One of README's. */
async function picture(
  file: string,
  path: string,
  { scheme, height }: { readonly scheme: "light" | "dark"; readonly height: number },
  act?: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await openContext(browser, { scheme, viewport: { width: 1280, height } });
  context.setDefaultTimeout(PATIENCE_MS);
  const { page } = await newPage(context);
  await page.goto(`${address}${path}`);
  await untilSettled(page);
  await page.locator("[data-painter]").waitFor();
  await act?.(page);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = await stat(file);
  if (size > MOST_BYTES)
    throw new Error(`${file} has ${size} bytes, and README's pictures at most ${MOST_BYTES}`);
}

function neverAnswered(pattern: string) {
  return (context: BrowserContext): Promise<unknown> => context.route(pattern, () => {});
}

function failing(pattern: string) {
  const problem = {
    ...{ title: "The server made a mistake", status: 500, code: "internal", requestId: "req-7" },
    detail: "It was noted in the server's log under the id below.",
  };
  return (context: BrowserContext): Promise<unknown> =>
    context.route(pattern, (route) => route.fulfill({ status: 500, json: problem }));
}

function noFeatures(context: BrowserContext): Promise<unknown> {
  return context.route("**/v1/features", (route) =>
    route.fulfill({ json: { version: "0", features: [], services: {} } }),
  );
}

async function ask<Body>(path: string, body?: object): Promise<Body> {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  return (await (await fetch(`${address}${path}`, init)).json()) as Body; // a route of ours
}

async function busiestPerson(): Promise<string> {
  const { people } = await ask<{ people: { userId: string }[] }>("/v1/users?sort=events&limit=3");
  return people.at(-1)?.userId ?? "";
}

async function firstItem(): Promise<string> {
  const { items } = await ask<{ items: { itemId: string }[] }>("/v1/items?limit=1");
  return items[0]?.itemId ?? "";
}

async function firstTopic(): Promise<string> {
  const { topics } = await ask<{ topics: { topic: string }[] }>("/v1/items?limit=1");
  return topics[0]?.topic ?? "";
}

async function newestEvent(): Promise<string> {
  const { people } = await ask<{ people: { lastSeen: string }[] }>("/v1/users?limit=1");
  return people[0]?.lastSeen ?? "";
}

/** People with the names, who did a few things. */
async function sendNames(): Promise<void> {
  const { items } = await ask<{ items: { itemId: string }[] }>("/v1/items?limit=8");
  const batch = Object.entries(NAMES).flatMap(([userId, name]) => [
    { type: "identify", userId, traits: { name, country: "EG" } },
    ...items.map(({ itemId }, n) => {
      const properties = { itemId, surface: "home", position: n };
      return { type: "track", userId, event: ["click", "save"][n % 2], properties };
    }),
  ]);
  await ask("/v1/batch", { batch });
}

/** One after the other, for a slow server must not be asked more than it answers. */
async function keepSending(): Promise<void> {
  while (!isOver) {
    await sendTraffic().catch(() => {}); // the server may be gone by now
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** People see what is recommended to them, and do something with some of it. */
async function sendTraffic(): Promise<void> {
  const { people } = await ask<{ people: { userId: string }[] }>(
    `/v1/users?sort=userId&limit=6&offset=${Math.floor(performance.now()) % 1500}`,
  );
  const lists = await Promise.all(
    people.map(({ userId }) =>
      ask<{ items: { itemId: string }[] }>("/v1/recommendations", { userId, n: 6 }).then(({ items }) => ({
        userId,
        items,
      })),
    ),
  );
  const batch = lists.flatMap(({ userId, items }, n) =>
    items.flatMap(({ itemId }, position) => {
      const event = { type: "track", userId, properties: { itemId, surface: "home", position } };
      const done = ["close-up", "click", "save", "share", "hide"][(n + position) % 9];
      return [{ ...event, event: "impression" }, ...(done === undefined ? [] : [{ ...event, event: done }])];
    }),
  );
  await ask("/v1/batch", { batch });
}

async function imagine(page: Page): Promise<void> {
  await page.getByRole("button", { name: "What if…" }).click();
  const userId = decodeURIComponent(person.slice(person.lastIndexOf("/") + 1));
  // What they are shown first: once it is saved, the list is another.
  const list = await ask<{ items: { itemId: string; title?: string }[] }>("/v1/recommendations", {
    userId,
    n: 1,
  });
  const { itemId, title = itemId } = list.items[0]!; // they have a history
  await page.getByLabel("An item, by title or id").fill(itemId);
  await page.getByRole("dialog").getByRole("button", { name: title }).first().click();
  await page.getByText(/of 10 recommended items (is|are) new/).waitFor();
}

async function search(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("an");
  await page.getByRole("listbox", { name: "Found" }).getByRole("option").nth(3).waitFor();
}

async function scrollDown(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Interests" }).first().scrollIntoViewIfNeeded();
  await page.evaluate("document.getElementById('scroll').scrollBy(0, 600)");
}
