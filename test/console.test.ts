/**
 * @file The console in a real browser, on a real server with the tiny world; or with other data, which then also hold what the test sends:
 * INKLING_CONSOLE_START="--dataset ml-1m --data FOLDER" npx vitest run test/console.test.ts leaves out what would be learned for hours, and what
 * asks for features where no `--config FILE` beside them declares a derived one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openBrowser } from "./console/browser.ts";
import { declared } from "./console/declare.ts";
import {
  addressesFor,
  COLOR_RULES,
  earlierOf,
  LOOKS,
  lookAt,
  newPage,
  openContext,
  paintedPixels,
  seriousFaults,
  untilSettled,
  untilSurveyed,
  withoutWebGl,
} from "./console/visit.ts";
import { runCurl } from "./curl-lines.ts";
import { TINY } from "./prepared-folder.ts";
import { killAll, ServerProcess, withDatasets } from "./server-process.ts";

const chromium = findChromium();
/** Many pages, each looked at whole, on a machine that may have other things to do. */
const PATIENCE_MS = 240_000;
const DESK = LOOKS.at(-2)!; // 1440 px, light
const GIVEN = process.env["INKLING_CONSOLE_START"]?.split(" ");

describe.skipIf(chromium === undefined)(
  chromium === undefined
    ? "the console: no Chromium here (apt-get install chromium, or CHROMIUM=path)"
    : "the console",
  () => {
    let folder: string;
    let options: readonly string[];
    let server: ServerProcess;
    let browser: Browser;
    /** Shared, so that the files of the pages are fetched and compiled once. */
    let desk: BrowserContext;
    /** A feature made of others, where one is declared. */
    let derived: { readonly name: string; readonly kin: readonly string[] } | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "inkling-console-"));
      options = GIVEN ?? [...TINY, "--data", folder, ...(await declared(folder))];
      [server, browser] = await Promise.all([
        ServerProcess.start(options, GIVEN && withDatasets()),
        openBrowser(chromium!),
      ]); // skipped without
      desk = await openContext(browser, DESK);
      desk.setDefaultTimeout(PATIENCE_MS / 2);
      await untilSurveyed(server.ready.address);
      derived = derivedFeature((await server.get("/v1/features")).body);
    }, PATIENCE_MS);
    afterAll(async () => {
      await browser?.close();
      await killAll();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    });

    /** A page of the console at 1440 px; whatever it complains of fails the test at its end. */
    async function visit(
      path: string,
      use: (page: Page) => Promise<void>,
      prepare?: (context: BrowserContext) => Promise<unknown>,
      expected?: RegExp,
    ): Promise<void> {
      const context = prepare ? await openContext(browser, DESK) : desk;
      await prepare?.(context);
      const { page, complaints } = await newPage(context);
      await page.goto(`${server.ready.address}${path}`);
      await use(page);
      expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
      await (prepare ? context : page).close();
    }

    test(
      "every page opens, complains of nothing, and axe finds nothing serious, in light and dark, at 390 and 1440 px",
      async () => {
        const { userId, itemId, topTopic: topic } = server.ready.person;
        const earlier = await earlierOf(server.ready.address, userId);
        for (const [address, text] of Object.entries(addressesFor(userId, { itemId, topic, earlier }))) {
          if (derived === undefined && address === "/features") continue;
          const { page, complaints } = await newPage(desk);
          await page.goto(`${server.ready.address}${address}`);
          await page.getByText(text).first().waitFor();
          await untilSettled(page);
          for (const one of LOOKS) {
            const { scheme, viewport } = one;
            const look = `${address} ${scheme} ${viewport.width}`;
            await lookAt(page, one);
            const faults = await seriousFaults(page, scheme === "dark" ? COLOR_RULES : undefined);
            expect({ look, faults }).toEqual({ look, faults: [] });
            const width = await page.evaluate("document.documentElement.scrollWidth");
            expect({ look, width }).toEqual({ look, width: viewport.width });
          }
          expect({ address, complaints }).toEqual({ address, complaints: [] });
          await page.close();
        }
      },
      2 * PATIENCE_MS,
    );

    test("a feature's drift is read: how its values lie now and before, its past, and where it comes from and goes to", ({
      skip,
    }) => {
      if (derived === undefined) return skip("no derived feature is declared");
      const { name, kin } = derived;
      return visit("/features", async (page) => {
        await page.getByLabel("Search by name or view").fill(name.slice(0, -2));
        await page.getByRole("button", { name, exact: true }).click();
        await page.waitForURL(new RegExp(`feature=${name}`));
        const drift = page.getByRole("figure", { name: "Drift" });
        await drift.getByRole("button", { name: "Table" }).click();
        const { body } = await server.get(`/v1/features/${name}/course`);
        const index = body.past.at(-1).stabilityIndex;
        await drift
          .getByRole("row")
          .nth(1)
          .getByText(String(Number(index.toPrecision(1))), { exact: true })
          .first()
          .waitFor();
        await page.getByRole("img", { name: new RegExp(`^Values of ${name}; `) }).waitFor();
        const lineage = page.getByRole("list", { name: "Lineage" });
        expect(await lineage.locator("span").allTextContents()).toEqual(expect.arrayContaining([...kin]));
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page
            .getByRole("figure", { name: `Values of ${name}` })
            .getByRole("button", { name: "PNG" })
            .click(),
        ]);
        expect(download.suggestedFilename()).toBe(`Values of ${name}.png`);
      });
    });

    test("people are read by state and by how likely they return, as their own pages say it", () =>
      visit("/people?sort=events", async (page) => {
        const [person] = (await server.get("/v1/users?sort=events&limit=1&include=state,predictions")).body
          .people;
        const row = page.getByRole("row").filter({ hasText: person.userId });
        await row.getByText(person.state, { exact: true }).waitFor();
        const foretold = person.predictions.return7; // nothing is foretold of worlds as short as this one
        const said =
          foretold === undefined
            ? "–"
            : foretold > 0.99
              ? "> 0.99"
              : foretold < 0.01
                ? "< 0.01"
                : foretold.toFixed(2);
        await row.getByText(said, { exact: true }).waitFor();
        await page.getByLabel("Order").selectOption("state");
        await page.getByText(/^Ordered as of /).waitFor();
        const [first] = (await server.get("/v1/users?sort=state&limit=1")).body.people;
        await page.locator('[data-row="0"]').filter({ hasText: first.userId }).waitFor();
        await page.getByRole("button", { name: "Columns" }).click();
        await page.getByLabel("P(return)").uncheck();
        await page.getByRole("columnheader", { name: "P(return)" }).waitFor({ state: "detached" });
        await page.getByLabel("P(return)").check(); // this browser keeps it
        await page.getByRole("columnheader", { name: "P(return)" }).waitFor();
      }));

    test("what is empty, slow or broken says so, in shapes that were designed, and offers what can be done", () =>
      visit(
        "/nowhere",
        async (page) => {
          await page.route("**/v1/features", (route) =>
            route.fulfill({ json: { version: "0", features: [], services: {} } }),
          );
          const problem = {
            title: "It broke",
            status: 500,
            code: "internal",
            detail: "no disk",
            requestId: "req-7",
          };
          await page.route("**/v1/models", (route) => route.fulfill({ status: 500, json: problem }));
          let answer = (): void => {};
          const isAsked = new Promise<void>((resolve) => {
            answer = resolve;
          });
          await page.route("**/v1/users?*", async (route) => {
            await isAsked;
            await route.fulfill({
              json: { people: [], total: 0, lookedAt: 0, isComplete: true, computedAt: "" },
            });
          });
          await page.getByRole("link", { name: "Features" }).click();
          await page.getByText("Declare one").waitFor();
          await page.getByRole("link", { name: "People" }).click();
          await page.locator("[data-waiting]").waitFor();
          answer();
          await page.getByText("Nobody is here yet").waitFor();
          expect(await seriousFaults(page)).toEqual([]);
          await page.getByRole("link", { name: "Models" }).click();
          await page.getByText("req-7").waitFor();
          expect(await seriousFaults(page)).toEqual([]);
          await page.unroute("**/v1/models");
          await page.getByRole("button", { name: "Try again" }).click();
          await page.getByRole("heading", { name: "Versions" }).waitFor();
        },
        undefined,
        /500/,
      ));

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
        const { name = userId } = body.traits;
        await page.getByLabel("Search by id, name or any other trait").fill(name);
        await page.getByRole("row").filter({ hasText: userId }).getByText(name, { exact: true }).click();
        await page.getByText("Wants next").waitFor();
        expect(page.url()).toContain(`/people/${userId}`);
        const { body: list } = await server.post("/v1/recommendations", { userId, n: 1 });
        const [{ title, reasons }] = list.items;
        await page.getByRole("link", { name: title }).first().waitFor();
        await page.getByText(reasons[0].text).first().waitFor();
        await page.getByText("How this list came about").click();
        await page.getByRole("row", { name: "filter: seen" }).waitFor();
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
        const found = page.getByRole("dialog").getByRole("button", { name: list.items[0].title });
        await found.click();
        await page.getByText(/of 10 recommended items (is|are) new/).waitFor();
        // At another moment: by the slider, and by dropping it on their time.
        const changes = page.getByRole("list", { name: "Changes" });
        const slider = page.getByRole("slider", { name: "When it happens" });
        await slider.focus();
        await page.keyboard.press("PageDown");
        const when = await slider.getAttribute("aria-valuetext");
        await found.click();
        await changes.getByText(when!).waitFor();
        await found.dragTo(slider.locator(".."));
        expect(await changes.getByText(/^\+ save/).count()).toBe(3);
        await page.keyboard.press("Escape");
        const after = await server.get(`/v1/users/${userId}`);
        expect(after.body.eventCount).toBe(before.body.eventCount);
      }));

    test("an interest is muted, which says what it changes, and comes back", () =>
      visit(`/people/${server.ready.person.userId}`, async (page) => {
        const path = `/v1/users/${server.ready.person.userId}/interests`;
        const labels = async () =>
          (await server.get(path)).body.interests.map((one: { label: string }) => one.label);
        const [label] = await labels();
        await page.getByRole("button", { name: `Mute ${label}`, exact: true }).click();
        const question = page.getByRole("group", { name: `Mute ${label}?` });
        await question.getByText("What they did stays").waitFor();
        await question.getByRole("button", { name: "Mute" }).click();
        const muted = page.getByRole("list", { name: "Muted interests" });
        await muted.getByText(label).waitFor();
        expect(await labels()).not.toContain(label);
        await muted.getByRole("button", { name: `Unmute ${label}` }).click();
        await page.getByRole("button", { name: `Mute ${label}`, exact: true }).waitFor();
        expect(await labels()).toContain(label);
      }));

    test("a topic says how it goes and whose interest it is, an item what lies nearest, a feature how it was", ({
      skip,
    }) => {
      const { topTopic, userId } = server.ready.person;
      return visit(`/items?topic=${encodeURIComponent(topTopic)}`, async (page) => {
        const { most } = (await server.get(`/v1/topics/${encodeURIComponent(topTopic)}`)).body.people;
        const whose = page.getByRole("region", { name: "Whose interest it is" });
        await whose.getByRole("link", { name: most[0].userId, exact: true }).waitFor();
        await page.locator('[data-row="0"]').click();
        await page.waitForURL(/\/items\//);
        const { items } = (await server.get(`/v1${new URL(page.url()).pathname}/nearest`)).body;
        const nearest = page.getByRole("region", { name: "Nearest by vector" });
        await nearest.getByRole("link", { name: items[0].title }).first().waitFor();
        const told = await featureWithPast(server, userId);
        if (told === undefined) return skip("no feature is declared whose past is kept");
        await page.goto(`${server.ready.address}/people/${userId}`);
        const name = `${told} over time`;
        await page.getByRole("button", { name, exact: true }).click();
        await page.getByRole("figure", { name }).waitFor();
      });
    });

    test("a search of people is saved under a name, and leads back to them from its address", () =>
      visit("/people", async (page) => {
        const { userId } = server.ready.person;
        await page.getByLabel("Search by id, name or any other trait").fill(userId);
        await page.getByRole("button", { name: "Save this filter" }).click();
        await page.getByLabel("Name of the filter").fill("just one");
        await page.keyboard.press("Enter");
        await page.goto(`${server.ready.address}/people`);
        await page.getByRole("link", { name: "just one" }).click();
        await page.getByRole("heading", { name: "1 person" }).waitFor();
        expect(page.url()).toContain(`search=${userId}`);
        await page.getByRole("button", { name: "Remove the filter just one" }).click();
        await page.getByRole("link", { name: "just one" }).waitFor({ state: "detached" });
      }));

    test("the timeline is walked by keyboard, and the same events are there as a table", () =>
      visit(`/people/${server.ready.person.userId}`, async (page) => {
        const timeline = page.getByRole("group", { name: /^Timeline of/ });
        await timeline.focus();
        await page.keyboard.press("ArrowRight");
        await page.getByRole("button", { name: "See them as of then" }).waitFor();
        await page.keyboard.press("+");
        await page.getByRole("button", { name: "Show all" }).waitFor();
        await page.keyboard.press("a");
        await page.getByRole("slider", { name: "When it happens" }).waitFor();
        await page.keyboard.press("Escape");
        await page.getByText("Table", { exact: true }).first().click();
        const { body } = await server.get(`/v1/users/${server.ready.person.userId}/sequence?limit=1`);
        await page.getByRole("row").filter({ hasText: body.events[0].title }).first().waitFor();
      }));

    test("a slider goes back in time, and every panel of the person with it", () =>
      visit(`/people/${server.ready.person.userId}`, async (page) => {
        await page.getByRole("slider", { name: "As of" }).focus();
        for (let step = 0; step < 3; step++) await page.keyboard.press("PageDown");
        await page.getByText("As it was on").waitFor();
        await page.waitForURL(/asOf=/);
        await page.keyboard.press("End");
        await page.getByText("As it was on").waitFor({ state: "detached" });
        expect(page.url()).not.toContain("asOf");
      }));

    test.each(["webgl", "canvas"])(
      "the map shows what they engaged with, by %s, and the keyboard walks it",
      (kind) =>
        visit(
          `/people/${server.ready.person.userId}`,
          async (page) => {
            const map = page.getByRole("group", { name: /^Map of/ });
            await map.waitFor();
            await page.locator(`[data-painter="${kind}"]`).waitFor();
            expect(await paintedPixels(page)).toBeGreaterThan(500);
            await map.focus();
            await page.keyboard.press("ArrowRight");
            await page.keyboard.press("+");
            await page.getByRole("button", { name: "Show all" }).last().waitFor();
            await page.keyboard.press("Enter");
            await page.waitForURL(/\/items\//);
            await page.getByText("Met by the same people").waitFor();
          },
          kind === "canvas" ? withoutWebGl : undefined,
        ),
    );

    test.skipIf(GIVEN)(
      "a model is trained, its curve grows before one's eyes, and it is compared with the one that serves",
      () =>
        visit("/models", async (page) => {
          await page.getByLabel("Model to fit").selectOption("sequence-encoder");
          await page.getByText("Settings", { exact: true }).first().click();
          // Long enough to be seen on its way: the page asks once a second.
          const small = { epochs: "40", embeddingSize: "16", blocks: "1", maxLength: "20" };
          for (const [name, value] of Object.entries(small))
            await page.getByLabel(name, { exact: true }).fill(value);
          await page.getByRole("button", { name: "Train" }).click();
          await page.getByText(/pass \d+ of 40, .* tokens\/s/).waitFor();
          await page.getByRole("figure", { name: "Loss" }).waitFor();
          await page.getByText(/loss .* after 40 passes/).waitFor();
          await page
            .getByRole("list", { name: /^Runs/ })
            .getByRole("button", { name: /sequence-encoder/ })
            .click();
          await page.getByText("not in service").first().waitFor();
          await page.getByText("How learning went").waitFor();
          await page.getByRole("button", { name: "Compare" }).first().click();
          await page.getByRole("heading", { name: "Compared" }).waitFor();
          const { body } = await server.get("/v1/models/sequence-encoder");
          expect(body).toMatchObject({ serves: null, config: { epochs: 40, maxLength: 20 } });
          expect(body.curve.map(({ epoch }: { epoch: number }) => epoch)).toEqual(
            Array.from({ length: 40 }, (_, epoch) => epoch + 1),
          );
        }),
    );

    if (GIVEN)
      // otherwise it is done with the one that is trained
      test("two models are compared", () =>
        visit("/models", async (page) => {
          await page.getByRole("button", { name: "Compare" }).first().click();
          await page.getByRole("heading", { name: "Compared" }).waitFor();
        }));

    test("people are looked at by groups", () =>
      visit("/people?view=groups", async (page) => {
        await page.getByRole("heading", { name: "States over time" }).waitFor();
        const { groups } = (await server.get("/v1/population")).body;
        const states: { value: string; people: number }[] = groups.find(
          ({ name }: { name: string }) => name === "state",
        ).values;
        const { value, people } = states.find((state) => state.people > 1)!; // somebody is there
        await page
          .getByRole("region", { name: "State", exact: true })
          .getByRole("button", { name: value })
          .click();
        await page.waitForURL(new RegExp(`state=${value}`));
        await page
          .getByRole("heading", { name: `${people.toLocaleString("en")} people: ${value}` })
          .waitFor();
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
      await server.stop(); // a folder is of one process; this is the last test
      const locked = await ServerProcess.start(options, { env });
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

interface Catalogue {
  readonly features: readonly { readonly name: string; readonly kind: string; readonly definition: object }[];
  readonly services: Readonly<Record<string, readonly string[]>>;
}

/** A feature that the person's page shows, and that is a number at every moment of theirs. */
async function featureWithPast(server: ServerProcess, userId: string): Promise<string | undefined> {
  const { features = {} } = (await server.get(`/v1/users/${userId}?include=features`)).body;
  for (const [name, { value }] of Object.entries<{ value: unknown }>(features)) {
    if (typeof value !== "number" || value === 0) continue;
    const { past } = (await server.get(`/v1/users/${userId}/features/${name}/course`)).body;
    if (past.length > 0) return name;
  }
  return undefined;
}

/** The first derived feature, with what its lineage has to name: what it is made of, itself, and the services that read it. */
function derivedFeature({ features, services }: Catalogue) {
  const found = features.find(({ kind }) => kind === "derived");
  if (found === undefined) return undefined;
  const { name } = found;
  const made = [...JSON.stringify(found.definition).matchAll(/"op":"feature","name":"(\w+)"/g)];
  const readers = Object.keys(services).filter((service) => services[service]!.includes(name));
  return { name, kin: [...made.map(([, of]) => of!), name, ...readers] };
}
