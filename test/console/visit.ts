import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** @file Pages of the console in a browser, with what went wrong on them. */

export interface Look {
  readonly scheme: "light" | "dark";
  readonly viewport: { readonly width: number; readonly height: number };
}

export const LOOKS: readonly Look[] = [390, 1440].flatMap((width) =>
  (["light", "dark"] as const).map((scheme) => ({ scheme, viewport: { width, height: 900 } })),
);

/** The addresses of the console, each with something that is there once the page is; the person is also compared with how they were then. */
export function addressesFor(
  userId: string,
  { itemId, topic, earlier }: { readonly itemId: string; readonly topic: string; readonly earlier: string },
): Readonly<Record<string, string>> {
  return {
    "/": "Time to answer",
    "/people": "last 28 days",
    "/people?view=groups": "Active days, last 28",
    [`/people/${userId}`]: "what is alike lies together",
    [`/people/${userId}?versus=${earlier}`]: "recommended items are the same",
    "/items": "by number of items",
    [`/items?topic=${encodeURIComponent(topic)}`]: "Whose interest it is",
    [`/items/${itemId}`]: "Met by the same people",
    "/models": "learned from",
    "/features": "each as the log says",
    "/nowhere": "There is no such page",
  };
}

export function openContext(browser: Browser, { scheme, viewport }: Look): Promise<BrowserContext> {
  return browser.newContext({ colorScheme: scheme, viewport, reducedMotion: "reduce", timezoneId: "UTC" });
}

/** A page that collects what it complains of. */
export async function newPage(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // Software that stands in for a graphics processor tells how it gets on.
    if (message.text().includes("GL Driver Message")) return;
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints };
}

/** A time at which a person had been there for half as long as now. */
export async function earlierOf(address: string, userId: string): Promise<string> {
  const answer = await fetch(`${address}/v1/users/${userId}`);
  const { firstSeen, lastSeen } = (await answer.json()) as { firstSeen: string; lastSeen: string }; // a route of ours
  return new Date((Date.parse(firstSeen) + Date.parse(lastSeen)) / 2).toISOString();
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

/** Whether what is made beside the server is there, at the latest after so long. */
export async function untilMade(url: string, patienceMs = Number.POSITIVE_INFINITY): Promise<boolean> {
  const untilMs = performance.now() + patienceMs;
  while ((await fetch(url)).status === 503) {
    if (performance.now() > untilMs) return false;
    await pause();
  }
  return true;
}

/** What is made of everybody beside the server is there: pages say so until then, and browsers complain of every 503. */
export async function untilSurveyed(address: string): Promise<void> {
  for (const path of ["/v1/map", "/v1/population"]) await untilMade(`${address}${path}`);
  const ask = async <Body>(path: string) => (await (await fetch(`${address}${path}`)).json()) as Body; // routes of ours
  const { features } = await ask<{ features: readonly object[] }>("/v1/features");
  if (features.length === 0) return; // nothing is looked at
  while ((await ask<{ at: string | null }>("/v1/features/health")).at === null) await pause();
}

/** The page as it looks otherwise, once it does: what changes colour takes a frame for it. */
export async function lookAt(page: Page, { scheme, viewport }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize(viewport);
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
  await page.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))");
}

/** Nothing on the page is on its way any more. */
export async function untilSettled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.locator("[data-waiting]").first().waitFor({ state: "detached" });
}

/** As on a machine without a graphics processor, nor one made of software. */
export function withoutWebGl(context: BrowserContext): Promise<unknown> {
  return context.addInitScript(`{
    const open = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind.startsWith("webgl") ? null : open.call(this, kind, ...rest);
    };
  }`);
}

/** As with a graphics processor: the software that stands in for one, which is too slow for people, does not say what it is. */
export function withWebGl(context: BrowserContext): Promise<unknown> {
  return context.addInitScript(`{
    const open = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, options) {
      return open.call(this, kind, options && { ...options, failIfMajorPerformanceCaveat: false });
    };
    WebGL2RenderingContext.prototype.getExtension = () => null;
  }`);
}

/** Pixels with anything on them in the lower canvas of the map. */
export function paintedPixels(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector("[data-painter] canvas");
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext("2d");
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    return data.reduce((count, value, at) => count + Number(at % 4 === 3 && value > 0), 0);
  })()`);
}

/** Rules of axe that look at colours: the only ones for which light and dark are not the same page. */
export const COLOR_RULES = ["color-contrast", "link-in-text-block"] as const;

/**
 * What axe finds of serious and critical impact, rule by rule with the elements; by these rules, or by all. The page's policy lets no script in
 * but its own.
 */
export async function seriousFaults(page: Page, only?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const { axe: rules } = globalThis as unknown as { axe: { run: (options: object) => Promise<Found> } };
    const { violations } = await rules.run({ resultTypes: ["violations"], ...(runOnly && { runOnly }) });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  }, only);
}

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}
