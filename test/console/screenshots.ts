/**
 * @file Pictures of every page in light and dark at four widths, into .screenshots/, which git ignores:
 * npm run -s screenshots [-- http://127.0.0.1:7070]. Without an address a server with the small world is started for it.
 */
import { mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";
import { ServerProcess } from "../server-process.ts";
import { findChromium, openBrowser } from "./browser.ts";
import { newPage, openContext, untilSurveyed } from "./visit.ts";

const FOLDER = ".screenshots";
const WIDTHS = [390, 768, 1440, 2560];
/** A live page needs a few of its seconds to be worth looking at. */
const SETTLE_MS = 1500;

const chromium = findChromium();
if (chromium === undefined) throw new Error("no Chromium here: apt-get install chromium, or set CHROMIUM");
const [given] = process.argv.slice(2);
const server = given === undefined ? await ServerProcess.start(["--data", `${FOLDER}/data`]) : undefined;
const address = given ?? server?.ready.address ?? "";
await untilSurveyed(address);
const browser = await openBrowser(chromium);
await mkdir(FOLDER, { recursive: true });

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly act?: (page: Page) => Promise<void>;
}

const person = `/people/${encodeURIComponent(await busiestPerson())}`;
const shots: readonly Shot[] = [
  { name: "pulse", path: "/" },
  { name: "people", path: "/people" },
  { name: "person", path: person },
  { name: "person-below", path: person, act: scrollDown },
  { name: "person-then", path: `${person}?asOf=2026-01-15T00:00:00.000Z` },
  { name: "groups", path: "/people?view=groups" },
  { name: "person-what-if", path: person, act: imagine },
  { name: "person-compared", path: `${person}?versus=2026-01-15T00:00:00.000Z` },
  { name: "items", path: "/items" },
  { name: "item", path: "/items/i-00007" },
  { name: "models", path: "/models" },
  { name: "features", path: "/features" },
  { name: "search", path: "/people", act: search },
  { name: "not-found", path: "/people/nobody" },
];

const traffic = setInterval(() => void sendTraffic().catch(() => {}), 500);
for (const scheme of ["light", "dark"] as const) {
  for (const width of WIDTHS) {
    const context = await openContext(browser, { scheme, viewport: { width, height: 900 } });
    for (const { name, path, act } of shots) {
      const { page, complaints } = await newPage(context);
      await page.goto(`${address}${path}`);
      await page.waitForTimeout(SETTLE_MS);
      await act?.(page);
      await page.screenshot({ path: `${FOLDER}/${name}-${width}-${scheme}.png` });
      if (complaints.length > 0)
        process.stderr.write(`${name} ${width} ${scheme}: ${complaints.join("; ")}\n`);
      await page.close();
    }
    await context.close();
  }
}
clearInterval(traffic);
await browser.close();
await server?.stop();

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
  await page.getByLabel("An item, by title or id").fill("ramen");
  await page.getByRole("dialog").getByRole("button", { name: "ramen" }).first().click();
  await page.waitForTimeout(SETTLE_MS);
}

async function search(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("photo");
  await page.waitForTimeout(SETTLE_MS);
}

async function scrollDown(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Interests" }).first().scrollIntoViewIfNeeded();
  await page.evaluate("document.getElementById('scroll').scrollBy(0, 600)");
  await page.waitForTimeout(SETTLE_MS);
}
