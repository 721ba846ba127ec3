import type { ServerResponse } from "node:http";
import { Type } from "typebox";
import { Problem, PulseResponse } from "#api";
import { SECOND_MS } from "#base";
import { readPerson } from "#sequences";
import { toIso, versionOf } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import type { Traffic } from "../traffic.ts";

/** What goes on now. */
export function registerPulseRoutes(server: Server, services: Services, traffic: Traffic): void {
  const read = () => readPulse(services);
  server.get(
    "/v1/pulse",
    {
      schema: {
        summary: "Traffic of the last two minutes, freshness, latency, and what came in",
        response: { 200: PulseResponse, "4xx": Problem },
      },
    },
    read,
  );

  const watchers = new Set<ServerResponse>();
  traffic.onDrain(() => {
    for (const watcher of watchers) watcher.end();
  });
  server.get(
    "/v1/pulse/stream",
    {
      config: { isStream: true },
      schema: {
        summary: "The same every second, as server-sent events named pulse",
        response: { 200: Type.String({ description: "text/event-stream" }) },
      },
    },
    async (_request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      watchers.add(raw);
      const tell = async (): Promise<void> => {
        if (raw.writableNeedDrain) return; // who reads slowly misses some
        const pulse = await read();
        if (!raw.writableEnded) raw.write(`event: pulse\ndata: ${JSON.stringify(pulse)}\n\n`);
      };
      const timer = setInterval(() => void tell().catch(() => raw.end()), SECOND_MS);
      raw.once("close", () => {
        clearInterval(timer);
        watchers.delete(raw);
      });
      await tell();
    },
  );
}

async function readPulse(services: Services): Promise<PulseResponse> {
  const { pulse, state, clock, catalogue, recommender, deadLetters } = services;
  const { latest, ...now } = pulse.read();
  const people = await Promise.all(latest.map(({ userId }) => readPerson(state, [userId])));
  return {
    ...now,
    now: toIso(clock.nowMs()),
    startedAt: toIso(pulse.startedMs),
    fault: services.fault() ?? null,
    lagRecords: services.lagRecords(),
    items: catalogue.itemCount,
    rejections: Object.fromEntries(deadLetters.counts),
    latest: latest
      .filter((_, n) => people[n] !== undefined) // not who was erased since
      .map((event) => {
        const row = event.itemId === undefined ? undefined : catalogue.rowOf(event.itemId);
        const title = row === undefined ? undefined : catalogue.at(row).title;
        return { ...event, ...(title !== undefined && { title }) };
      }),
    models: {
      personal: versionOf(recommender.models.personal),
      coldStart: versionOf(recommender.models.coldStart),
    },
    changes: services.modelChanges().map(({ atMs, ...change }) => ({ at: toIso(atMs), ...change })),
  };
}
