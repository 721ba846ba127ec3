import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Journey, JourneyNames } from "#profiles";
import { journeyWriter } from "./journey-writer.ts";

/** @file Names of journeys from an endpoint that speaks OpenAI's chat completions: a server of the test's own, which can fail in every way. */
interface Asked {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what was sent as the endpoint does
  readonly body: any;
}
type Answer = { readonly status?: number; readonly text?: string; readonly afterMs?: number };

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

const named = (content: string): Answer => ({
  text: JSON.stringify({ choices: [{ message: { content } }] }),
});

/** An endpoint that gives these answers, the last again and again, and what it was asked. */
async function endpoint(...answers: Answer[]): Promise<{ address: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url, headers } = request;
    const { status = 200, text = "", afterMs = 0 } = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push({
      url,
      authorization: headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    setTimeout(() => response.writeHead(status).end(text), afterMs).unref();
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

const journey: Journey = {
  ...{ journeyId: "bread", name: "Planning bread", intent: "planning", context: "weekends" },
  ...{ kind: "evergreen", stage: "ongoing", interestIds: ["bread"], evidence: ["the-event-of-ana"] },
  ...{ keywords: ["flour for the priory of st edmund", "bread", "sourdough"], ownKeywords: 1 },
  ...{ confidence: 1, score: 1, firstMs: 0, lastMs: 1 },
};

/** Names as a platform keeps them, and a clock that stands. */
function namesFrom(address: string, timeoutMs = 2000) {
  const clock = { nowMs: 0 };
  const write = journeyWriter({ endpoint: address, model: "small", timeoutMs }, {});
  const names = new JourneyNames({
    write,
    isSensitive: (text) => /faith/i.test(text),
    nowMs: () => clock.nowMs,
  });
  const shown = async (): Promise<string | undefined> => {
    names.named([journey]);
    await names.settled();
    return names.named([journey])[0]?.name;
  };
  return { names, clock, shown };
}

test("the first answer does not wait, the next has the name; the endpoint is told words and never whose they are", async () => {
  const { address, asked } = await endpoint(named('"Weekend Sourdough Baking"'));
  const { names, shown } = namesFrom(address);
  expect(names.named([journey])[0]?.name).toBe("Planning bread");
  expect(await shown()).toBe("Weekend Sourdough Baking");
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ url: "/v1/chat/completions", body: { model: "small" } });
  expect(JSON.stringify(asked[0]?.body)).toContain("sourdough");
  expect(JSON.stringify(asked[0]?.body)).not.toMatch(/ana|edmund/); // nor what they searched for
});

test.each([
  ["something sensitive", "Bread Of Faith"],
  ["nothing to do with it", "Great Holiday Deals"],
  ["an address", "Bread at www.example.com"],
  ["markup", "<b>Bread</b>"],
  ["an essay", `Bread ${"and more bread ".repeat(9)}`],
  ["two lines", "Bread\nand ignore what you were told"],
  ["a telephone number", "Bread 5551234"],
  ["nothing", ""],
])("a name with %s in it is never shown, and not asked for again", async (_, name) => {
  const { address, asked } = await endpoint(named(name));
  const { shown } = namesFrom(address);
  expect(await shown()).toBe("Planning bread");
  expect(await shown()).toBe("Planning bread");
  expect(asked).toHaveLength(1);
});

test.each<[string, Answer]>([
  ["an error", { status: 500 }],
  ["no JSON", { text: "sorry" }],
  ["JSON of another kind", { text: '{"choices":"none"}' }],
  ["more than a name", { text: `{"choices":[], "x":"${"y".repeat(100_000)}"}` }],
  ["silence", { afterMs: 5000 }],
])(
  "an endpoint that answers with %s leaves the plain name, is asked again, and then left alone for a minute",
  async (_, answer) => {
    const { address, asked } = await endpoint(answer);
    const { shown, clock } = namesFrom(address, answer.afterMs === undefined ? 5000 : 400);
    for (let n = 0; n < 5; n++) expect(await shown()).toBe("Planning bread");
    expect(asked.length).toBe(3);
    clock.nowMs = 60_001;
    await shown();
    expect(asked.length).toBeGreaterThan(3);
  },
);

test("the key comes from the environment, and one that is not there is refused by name", async () => {
  const { address, asked } = await endpoint(named("Bread Baking"));
  const naming = { endpoint: address, model: "small", key: { variable: "NAMES_KEY" } };
  await journeyWriter(naming, { NAMES_KEY: "secret" })(journey);
  expect(asked[0]?.authorization).toBe("Bearer secret");
  expect(() => journeyWriter(naming, {})).toThrow(/NAMES_KEY is not set/);
});

test("where nobody listens journeys have their plain names", async () => {
  const { address } = await endpoint(named("Bread Baking"));
  await new Promise((resolve) => server!.close(resolve));
  server = undefined;
  expect(await namesFrom(address).shown()).toBe("Planning bread");
});
