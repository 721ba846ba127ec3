/** @file The console in a real browser, on a real server with the tiny world. */
import { describe, expect, test } from "vitest";
import { findChromium } from "./console/browser.ts";
import { declared } from "./console/declare.ts";
import { describeMainTasks } from "./console/main-tasks.cases.ts";
import { OpenedConsole } from "./console/opened-console.ts";
import { newPage, paintedPixels, seriousFaults, withoutWebGl, withWebGl } from "./console/visit.ts";
import { runCurl } from "./curl-lines.ts";
import { TINY } from "./prepared-folder.ts";

const chromium = findChromium();

describe.skipIf(chromium === undefined)(
  chromium === undefined
    ? "the console: no Chromium here (apt-get install chromium, or CHROMIUM=path)"
    : "the console",
  () => {
    const opened = new OpenedConsole(chromium, async (folder) => ({
      options: [...TINY, "--data", folder, ...(await declared(folder))],
    }));
    describeMainTasks(opened, { passes: 40 });

    test("people are read by state and by how likely they return, as their own pages say it", () =>
      opened.visit("/people?sort=events", async (page) => {
        const [person] = (await opened.server.get("/v1/users?sort=events&limit=1&include=state,predictions"))
          .body.people;
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
        const [first] = (await opened.server.get("/v1/users?sort=state&limit=1")).body.people;
        await page.locator('[data-row="0"]').filter({ hasText: first.userId }).waitFor();
        await page.getByRole("button", { name: "Columns" }).click();
        await page.getByLabel("P(return)").uncheck();
        await page.getByRole("columnheader", { name: "P(return)" }).waitFor({ state: "detached" });
        await page.getByLabel("P(return)").check(); // this browser keeps it
        await page.getByRole("columnheader", { name: "P(return)" }).waitFor();
      }));

    test("what is empty, slow or broken says so, in shapes that were designed, and offers what can be done", () =>
      opened.visit(
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
        { expected: /500/ },
      ));

    test("Pulse says that nothing comes in and how to send the first event, and shows it when it comes", () =>
      opened.visit("/", async (page) => {
        await page.getByRole("heading", { name: "Nothing is coming in" }).waitFor();
        const command = await page.locator("pre").first().textContent();
        await runCurl(command!.replaceAll("\\\n", " "));
        await page.getByRole("heading", { name: "1 event in two minutes" }).waitFor();
        await page.getByRole("link", { name: "me", exact: true }).waitFor();
      }));

    test("an interest is muted, which says what it changes, and comes back", () =>
      opened.visit(`/people/${opened.person.userId}`, async (page) => {
        const path = `/v1/users/${opened.person.userId}/interests`;
        const labels = async () =>
          (await opened.server.get(path)).body.interests.map((one: { label: string }) => one.label);
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

    test("a search of people is saved under a name, and leads back to them from its address", () =>
      opened.visit("/people", async (page) => {
        const { userId } = opened.person;
        await page.getByLabel("Search by id, name or any other trait").fill(userId);
        await page.getByRole("button", { name: "Save this filter" }).click();
        await page.getByLabel("Name of the filter").fill("just one");
        await page.keyboard.press("Enter");
        await page.goto(`${opened.server.ready.address}/people`);
        await page.getByRole("link", { name: "just one" }).click();
        await page.getByRole("heading", { name: "1 person" }).waitFor();
        expect(page.url()).toContain(`search=${userId}`);
        await page.getByRole("button", { name: "Remove the filter just one" }).click();
        await page.getByRole("link", { name: "just one" }).waitFor({ state: "detached" });
      }));

    test("the timeline is walked by keyboard, and the same events are there as a table", () =>
      opened.visit(`/people/${opened.person.userId}`, async (page) => {
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
        const { body } = await opened.server.get(`/v1/users/${opened.person.userId}/sequence?limit=1`);
        await page.getByRole("row").filter({ hasText: body.events[0].title }).first().waitFor();
      }));

    test("a slider goes back in time, and every panel of the person with it", () =>
      opened.visit(`/people/${opened.person.userId}`, async (page) => {
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
        opened.visit(
          `/people/${opened.person.userId}`,
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
          { prepare: kind === "canvas" ? withoutWebGl : withWebGl },
        ),
    );

    test("⌘K leads anywhere without a mouse", () =>
      opened.visit("/", async (page) => {
        await page.getByText("Time to answer").waitFor();
        await page.keyboard.press("Control+k");
        await page.locator("[role=combobox]:focus").waitFor();
        await page.keyboard.type(opened.person.userId);
        await page.getByRole("option").filter({ hasText: opened.person.userId }).first().waitFor();
        await page.keyboard.press("Enter");
        await page.getByText("Wants next").waitFor();
        await page.keyboard.press("g");
        await page.keyboard.press("i");
        await page.getByRole("heading", { name: /items$/ }).waitFor();
      }));

    test("where the server wants a key the console asks for it, tells a wrong one, and lets in with the right one, which no address and no page holds", async () => {
      const env = { INKLING_API_KEY: "key-of-this-test" };
      await opened.restart({ env }); // the last test
      const context = await opened.openDesk();
      const { page } = await newPage(context);
      await page.goto(`${opened.server.ready.address}/people`);
      await page.getByLabel("API key").fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("The server does not take this key.").waitFor();
      await page.getByLabel("API key").fill(env.INKLING_API_KEY);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: /people$/ }).waitFor();
      expect(page.url() + (await page.content())).not.toContain(env.INKLING_API_KEY);
      expect(await context.cookies()).toEqual([]);
      await context.close();
    });
  },
);
