/** @file The console in a real browser, on a real server with the tiny world. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openBrowser } from "./console/browser.ts";
import { addressesFor, LOOKS, newPage, openContext, seriousFaults } from "./console/visit.ts";
import { runCurl } from "./curl-lines.ts";
import { type PreparedFolder, prepareFolder, TINY } from "./prepared-folder.ts";
import { killAll, ServerProcess } from "./server-process.ts";

const chromium = findChromium();
const DESK = LOOKS.at(-2)!; // 1440 px, light

describe.skipIf(chromium === undefined)(
  chromium === undefined
    ? "the console: no Chromium here (apt-get install chromium, or CHROMIUM=path)"
    : "the console",
  () => {
    let prepared: PreparedFolder;
    let server: ServerProcess;
    let browser: Browser;

    beforeAll(async () => {
      prepared = await prepareFolder();
      server = await ServerProcess.start([...TINY, "--data", prepared.path]);
      browser = await openBrowser(chromium!); // skipped without
    });
    afterAll(async () => {
      await browser?.close();
      await killAll();
      await prepared?.remove();
    });

    /** A page of the console at 1440 px; whatever it complains of fails the test at its end. */
    async function visit(path: string, use: (page: Page) => Promise<void>): Promise<void> {
      const context = await openContext(browser, DESK);
      const { page, complaints } = await newPage(context);
      await page.goto(`${server.ready.address}${path}`);
      await use(page);
      expect(complaints).toEqual([]);
      await context.close();
    }

    test.each(LOOKS)(
      "every page opens, complains of nothing, and axe finds nothing serious: $scheme, $viewport.width px",
      async (look) => {
        const { userId, itemId } = server.ready.person;
        const context = await openContext(browser, look);
        for (const [address, text] of Object.entries(addressesFor(userId, itemId))) {
          const { page, complaints } = await newPage(context);
          await page.goto(`${server.ready.address}${address}`);
          await page.getByText(text).first().waitFor();
          expect({ address, faults: await seriousFaults(page) }).toEqual({ address, faults: [] });
          expect({ address, wide: await page.evaluate("document.documentElement.scrollWidth") }).toEqual({
            address,
            wide: look.viewport.width,
          });
          expect({ address, complaints }).toEqual({ address, complaints: [] });
          await page.close();
        }
        await context.close();
      },
    );

    test("Pulse says that nothing comes in and how to send the first event, and shows it when it comes", () =>
      visit("/", async (page) => {
        await page.getByRole("heading", { name: "Nothing is coming in" }).waitFor();
        const command = await page.locator("pre").first().textContent();
        await runCurl(command!.replaceAll("\\\n", " "));
        await page.getByRole("heading", { name: "1 event in two minutes" }).waitFor();
        await page.getByRole("link", { name: "me", exact: true }).waitFor();
      }));

    test("a person is found by name, and why an item is recommended leads to the event behind it", () =>
      visit("/people", async (page) => {
        const { userId } = server.ready.person;
        const { body } = await server.get(`/v1/users/${userId}`);
        await page.getByLabel("Search by id, name or any other trait").fill(body.traits.name);
        await page.getByRole("row").filter({ hasText: userId }).getByText(body.traits.name).click();
        await page.getByText("Wants next").waitFor();
        expect(page.url()).toContain(`/people/${userId}`);
        const { body: list } = await server.post("/v1/recommendations", { userId, n: 1 });
        const [{ title, reasons }] = list.items;
        await page.getByRole("link", { name: title }).first().waitFor();
        await page.getByText(reasons[0].text).first().waitFor();
        await page
          .getByRole("button", { name: /^Event 1: / })
          .first()
          .click();
        await page.getByRole("button", { name: "See them as of then" }).click();
        await page.getByText("As it was on").waitFor();
        expect(page.url()).toContain("asOf=");
      }));

    test("what if: an event that did not happen changes the list, and nothing is stored", () =>
      visit(`/people/${server.ready.person.userId}`, async (page) => {
        const { userId } = server.ready.person;
        const before = await server.get(`/v1/users/${userId}`);
        await page.getByRole("button", { name: "What if…" }).click();
        await page.getByText("Recommended as it is").waitFor();
        const { body: list } = await server.post("/v1/recommendations", { userId, n: 1 });
        await page.getByLabel("An item, by title or id").fill(list.items[0].itemId);
        await page.getByRole("dialog").getByRole("button", { name: list.items[0].title }).click();
        await page.getByText(/of 10 recommended items (is|are) new/).waitFor();
        await page.keyboard.press("Escape");
        const after = await server.get(`/v1/users/${userId}`);
        expect(after.body.eventCount).toBe(before.body.eventCount);
      }));

    test("the timeline is walked by keyboard, and the same events are there as a table", () =>
      visit(`/people/${server.ready.person.userId}`, async (page) => {
        const timeline = page.getByRole("group", { name: /^Timeline of/ });
        await timeline.focus();
        await page.keyboard.press("ArrowRight");
        await page.getByRole("button", { name: "See them as of then" }).waitFor();
        await page.keyboard.press("+");
        await page.getByRole("button", { name: "Show all" }).waitFor();
        await page.getByText("Table", { exact: true }).click();
        const { body } = await server.get(`/v1/users/${server.ready.person.userId}/sequence?limit=1`);
        await page.getByRole("row").filter({ hasText: body.events[0].title }).first().waitFor();
      }));

    test("⌘K leads anywhere without a mouse", () =>
      visit("/", async (page) => {
        await page.getByText("Time to answer").waitFor();
        await page.keyboard.press("Control+k");
        await page.locator("[role=combobox]:focus").waitFor();
        await page.keyboard.type(server.ready.person.userId);
        await page.getByRole("option").filter({ hasText: server.ready.person.userId }).first().waitFor();
        await page.keyboard.press("Enter");
        await page.getByText("Wants next").waitFor();
        await page.keyboard.press("g");
        await page.keyboard.press("i");
        await page.getByRole("heading", { name: /items$/ }).waitFor();
      }));

    test("where the server wants a key the console asks for it, tells a wrong one, and lets in with the right one, which no address and no page holds", async () => {
      const env = { INKLING_API_KEY: "key-of-this-test" };
      const locked = await ServerProcess.start([...TINY, "--data", await prepared.copy()], { env });
      const context = await openContext(browser, DESK);
      const { page } = await newPage(context);
      await page.goto(`${locked.ready.address}/people`);
      await page.getByLabel("API key").fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("The server does not take this key.").waitFor();
      await page.getByLabel("API key").fill(env.INKLING_API_KEY);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: /people$/ }).waitFor();
      expect(page.url() + (await page.content())).not.toContain(env.INKLING_API_KEY);
      expect(await context.cookies()).toEqual([]);
      await context.close();
      await locked.kill();
    });
  },
);
