import { expect, test } from "vitest";
import type { ServerProcess } from "../server-process.ts";
import { type OpenedConsole, PATIENCE_MS } from "./opened-console.ts";
import { addressesFor, COLOR_RULES, earlierOf, LOOKS, lookAt, seriousFaults, untilSettled } from "./visit.ts";

/**
 * What every console has to let people do, whatever data it shows: each page opens, and its main task is done.
 * @param passes of a model that is trained: long enough to be seen on its way, for the page asks once a second
 */
export function describeMainTasks(opened: OpenedConsole, { passes }: { readonly passes: number }): void {
  test(
    "every page opens, complains of nothing, and axe finds nothing serious, in light and dark, at 390 and 1440 px",
    async () => {
      const { userId, itemId, topTopic: topic } = opened.person;
      const earlier = await earlierOf(opened.server.ready.address, userId);
      for (const [address, text] of Object.entries(addressesFor(userId, { itemId, topic, earlier }))) {
        await opened.visit(address, async (page) => {
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
        });
      }
    },
    2 * PATIENCE_MS,
  );

  test("a feature's drift is read: how its values lie now and before, its past, and where it comes from and goes to", async () => {
    const { name, kin } = derivedFeature((await opened.server.get("/v1/features")).body);
    await opened.visit("/features", async (page) => {
      await page.getByLabel("Search by name or view").fill(name.slice(0, -2));
      await page.getByRole("button", { name, exact: true }).click();
      await page.waitForURL(new RegExp(`feature=${name}`));
      const drift = page.getByRole("figure", { name: "Drift" });
      await drift.getByRole("button", { name: "Table" }).click();
      const { body } = await opened.server.get(`/v1/features/${name}/course`);
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

  test("a person is found by name, and why an item is recommended leads to the event behind it", () =>
    opened.visit("/people", async (page) => {
      const { userId } = opened.person;
      const { body } = await opened.server.get(`/v1/users/${userId}`);
      const { name = userId } = body.traits;
      await page.getByLabel("Search by id, name or any other trait").fill(name);
      await page.getByRole("row").filter({ hasText: userId }).getByText(name, { exact: true }).click();
      await page.getByText("Wants next").waitFor();
      expect(page.url()).toContain(`/people/${userId}`);
      const { body: list } = await opened.server.post("/v1/recommendations", { userId, n: 1 });
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
    opened.visit(`/people/${opened.person.userId}`, async (page) => {
      const { userId } = opened.person;
      const before = await opened.server.get(`/v1/users/${userId}`);
      await page.getByRole("button", { name: "What if…" }).click();
      await page.getByText("Recommended as it is").waitFor();
      const { body: list } = await opened.server.post("/v1/recommendations", { userId, n: 1 });
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
      expect(await changes.getByText(/^\+ /).count()).toBe(3);
      await page.keyboard.press("Escape");
      const after = await opened.server.get(`/v1/users/${userId}`);
      expect(after.body.eventCount).toBe(before.body.eventCount);
    }));

  test("a topic says how it goes and whose interest it is, an item what lies nearest, a feature how it was", () => {
    const { topTopic, userId } = opened.person;
    return opened.visit(`/items?topic=${encodeURIComponent(topTopic)}`, async (page) => {
      const { most } = (await opened.server.get(`/v1/topics/${encodeURIComponent(topTopic)}`)).body.people;
      const whose = page.getByRole("region", { name: "Whose interest it is" });
      await whose.getByRole("link", { name: most[0].userId, exact: true }).waitFor();
      await page.locator('[data-row="0"]').click();
      await page.waitForURL(/\/items\//);
      const { items } = (await opened.server.get(`/v1${new URL(page.url()).pathname}/nearest`)).body;
      const nearest = page.getByRole("region", { name: "Nearest by vector" });
      await nearest.getByRole("link", { name: items[0].title }).first().waitFor();
      const told = await featureWithPast(opened.server, userId);
      await page.goto(`${opened.server.ready.address}/people/${userId}`);
      const name = `${told} over time`;
      await page.getByRole("button", { name, exact: true }).click();
      await page.getByRole("figure", { name }).waitFor();
    });
  });

  test("a model is trained, its curve grows before one's eyes, and it is compared with the one that serves", () =>
    opened.visit("/models", async (page) => {
      await page.getByLabel("Model to fit").selectOption("sequence-encoder");
      await page.getByText("Settings", { exact: true }).first().click();
      const small = { epochs: String(passes), embeddingSize: "16", blocks: "1", maxLength: "20" };
      for (const [name, value] of Object.entries(small))
        await page.getByLabel(name, { exact: true }).fill(value);
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText(new RegExp(`pass \\d+ of ${passes}, .* tokens/s`)).waitFor();
      await page.getByRole("figure", { name: "Loss" }).waitFor();
      await page.getByText(new RegExp(`loss .* after ${passes} passes`)).waitFor();
      await page
        .getByRole("list", { name: /^Runs/ })
        .getByRole("button", { name: /sequence-encoder/ })
        .click();
      await page.getByText("not in service").first().waitFor();
      await page.getByText("How learning went").waitFor();
      await page.getByRole("button", { name: "Compare" }).first().click();
      await page.getByRole("heading", { name: "Compared" }).waitFor();
      const told = page.getByRole("region", { name: "Lists by state" });
      const compared = await opened.server.get(
        `/v1/models/sequence-encoder/comparison?with=${new URL(page.url()).searchParams.get("versus")}`,
      );
      const { people, overlap } = compared.body.all;
      expect(overlap).toBeLessThan(1);
      await told
        .getByRole("row")
        .nth(1)
        .getByText(`${Number((10 * overlap).toFixed(1))} of 10`)
        .waitFor();
      expect(people).toBeGreaterThan(50);
      await page.getByRole("list", { name: "For whom they differ most" }).getByRole("link").first().waitFor();
      const { body } = await opened.server.get("/v1/models/sequence-encoder");
      expect(body).toMatchObject({ serves: null, config: { epochs: passes, maxLength: 20 } });
      expect(body.curve.map(({ epoch }: { epoch: number }) => epoch)).toEqual(
        Array.from({ length: passes }, (_, epoch) => epoch + 1),
      );
    }));

  test("people are looked at by groups", () =>
    opened.visit("/people?view=groups", async (page) => {
      await page.getByRole("heading", { name: "States over time" }).waitFor();
      const { groups } = (await opened.server.get("/v1/population")).body;
      const states: { value: string; people: number }[] = groups.find(
        ({ name }: { name: string }) => name === "state",
      ).values;
      const { value, people } = states.find((state) => state.people > 1)!; // somebody is there
      await page
        .getByRole("region", { name: "State", exact: true })
        .getByRole("button", { name: value })
        .click();
      await page.waitForURL(new RegExp(`state=${value}`));
      await page.getByRole("heading", { name: `${people.toLocaleString("en")} people: ${value}` }).waitFor();
    }));
}

interface Catalogue {
  readonly features: readonly { readonly name: string; readonly kind: string; readonly definition: object }[];
  readonly services: Readonly<Record<string, readonly string[]>>;
}

/** A feature that the person's page shows, and that is a number at every moment of theirs. */
async function featureWithPast(server: ServerProcess, userId: string): Promise<string> {
  const { features = {} } = (await server.get(`/v1/users/${userId}?include=features`)).body;
  for (const [name, { value }] of Object.entries<{ value: unknown }>(features)) {
    if (typeof value !== "number" || value === 0) continue;
    const { past } = (await server.get(`/v1/users/${userId}/features/${name}/course`)).body;
    if (past.length > 0) return name;
  }
  throw new Error(`${userId} has no feature whose past is kept`);
}

/** The first derived feature, with what its lineage has to name: what it is made of, itself, and the services that read it. */
function derivedFeature({ features, services }: Catalogue) {
  const found = features.find(({ kind }) => kind === "derived");
  if (found === undefined) throw new Error("no derived feature is declared");
  const { name } = found;
  const made = [...JSON.stringify(found.definition).matchAll(/"op":"feature","name":"(\w+)"/g)];
  const readers = Object.keys(services).filter((service) => services[service]!.includes(name));
  return { name, kin: [...made.map(([, of]) => of!), name, ...readers] };
}
