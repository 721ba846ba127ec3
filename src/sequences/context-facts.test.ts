import { expect, test } from "vitest";
import { factsOfContext, factsOfTraits } from "./context-facts.ts";

test("a context says where somebody comes from and with what; the rest of it says nothing", () => {
  const context = {
    locale: "pt-BR",
    device: { type: "Mobile", id: "secret" },
    os: { name: "iOS", version: "17" },
    location: { country: "BR", city: "Recife" },
    campaign: { source: "newsletter" },
    page: { referrer: "https://news.example/today?who=me" },
    ip: "10.0.0.1",
  };
  expect(factsOfContext(context)).toEqual([
    ...["locale=pt-br", "language=pt", "country=br", "device=mobile", "os=ios", "campaign=newsletter"],
    "referrer=news.example",
  ]);
});

test("without a device the browser tells; what is of no shape we know says nothing", () => {
  expect(factsOfContext({ userAgent: "Mozilla/5.0 (iPhone)" })).toEqual(["device=mobile"]);
  expect(factsOfContext({ userAgent: "Mozilla/5.0 (X11)" })).toEqual(["device=desktop"]);
  for (const odd of [undefined, null, 3, "web", { locale: 7, device: "x", page: { referrer: "no url" } }])
    expect(factsOfContext(odd)).toEqual([]);
});

test("traits in words count, numbers and long texts do not", () => {
  expect(factsOfTraits({ plan: "Pro", trial: false, age: 41, about: "x".repeat(200), tags: ["a"] })).toEqual([
    "trait/plan=pro",
    "trait/trial=false",
  ]);
});
