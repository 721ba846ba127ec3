import type { FastifyReply, FastifyRequest, onSendHookHandler } from "fastify";
import { monotonicMs } from "#base";
import type { Door } from "./access.ts";
import { type Admission, ComeAgain, type IngestGate } from "./ingest-gate.ts";
import type { Server } from "./server.ts";
import type { Services } from "./services.ts";

/**
 * @file Who may come in now: ingest as far as there is room and something can come of it, nobody new once the server is closing.
 * Reads and erasures are let in while nothing can be written: the one works, the other makes room.
 */

declare module "fastify" {
  interface FastifyRequest {
    /** The request's share of the ingest in flight; `null` on other routes. */
    admission: Admission | null;
    /** Counted among those in progress. */
    isInProgress: boolean;
  }
}

/** Longer than any answer should take; then the connections are closed as they are. */
const DRAIN_MS = 10_000;
const DRAIN_LOOK_MS = 10;

export class Traffic {
  readonly #gate: IngestGate;
  readonly #services: Pick<Services, "fault" | "metrics">;
  #inProgress = 0;
  #isDraining = false;
  readonly #drainers: (() => void)[] = [];

  constructor(gate: IngestGate, services: Pick<Services, "fault" | "metrics">) {
    this.#gate = gate;
    this.#services = services;
    services.metrics.gauge(
      "inkling_ingest_in_flight_bytes",
      "Bytes of bodies let in and not answered yet",
      () => gate.bytes,
    );
  }

  /** Why a full batch would not be let in, in one sentence; `undefined` when it would. */
  fault(batchBytes: number): string | undefined {
    if (this.#isDraining) return "stopping";
    return this.#gate.isFullFor(batchBytes)
      ? "overloaded: as much as fits in memory is in flight"
      : undefined;
  }

  /** Watches the server's requests. Access is checked before: an unknown sender takes no room. */
  watch(server: Server): void {
    server.decorateRequest("admission", null);
    server.decorateRequest("isInProgress", false);
    server.addHook("onRequest", (request, reply, next) => {
      this.#letIn(request, reply);
      next();
    });
    server.addHook("onError", async (_request, _reply, error) => {
      if (error instanceof ComeAgain) this.#services.metrics.countRefused(error.reason);
    });
    server.addHook("onRoute", (route) => {
      if (isIngest(route.config?.door)) route.onSend = releaseAdmission;
    });
    server.addHook("onResponse", (request, _reply, next) => {
      this.#end(request);
      next();
    });
    server.addHook("preClose", () => this.#drain());
  }

  #letIn(request: FastifyRequest, reply: FastifyReply): void {
    const { door, bodyLimit, makesRoom } = request.facts;
    if (door === "open") return; // health is told to the end
    if (this.#isDraining) {
      reply.header("connection", "close");
      throw new ComeAgain("draining", "the platform is stopping; send the same again in a second");
    }
    this.#inProgress++;
    request.isInProgress = true;
    reply.raw.on("close", () => {
      this.#end(request);
      if (!request.raw.complete) request.admission?.release(); // gone before all of it was here
    });
    if (isIngest(door) && request.method !== "DELETE" && !makesRoom) this.#admit(request, bodyLimit);
  }

  /** Answered, or gone; a second time does nothing. */
  #end(request: FastifyRequest): void {
    if (!request.isInProgress) return;
    request.isInProgress = false;
    this.#inProgress--;
  }

  #admit(request: FastifyRequest, bodyLimit: number): void {
    const fault = this.#services.fault();
    if (fault !== undefined) throw new ComeAgain("stuck", `${fault}; send the same again later`);
    const { "content-length": length, "transfer-encoding": encoding } = request.headers;
    const bytes = Number(length ?? (encoding === undefined ? 0 : bodyLimit)); // in chunks: it may be a full one
    request.admission = this.#gate.admit(Math.min(bytes, bodyLimit));
  }

  /** Told when the server begins to close, by who keeps an answer open. */
  onDrain(drainer: () => void): void {
    this.#drainers.push(drainer);
  }

  /** New requests are refused from here on; resolves when those in progress are answered. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    for (const drainer of this.#drainers) drainer();
    const endMs = monotonicMs() + DRAIN_MS;
    while (this.#inProgress > 0 && monotonicMs() < endMs)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
  }
}

function isIngest(door: Door | undefined): boolean {
  return door === "write" || door === "control";
}

/** Before an answer is sent; where nothing is let in by its size, the hook would be for nothing. */
const releaseAdmission: onSendHookHandler = (request, _reply, payload, next) => {
  request.admission?.release();
  next(null, payload);
};
