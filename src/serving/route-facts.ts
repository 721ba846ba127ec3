import type { FastifyContextConfig, FastifyRequest } from "fastify";
import type { Door } from "./access.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Which key the route asks for. Default: the key for reading. */
    door?: Door;
    /** The answer stays open for as long as somebody listens. */
    isStream?: boolean;
    /** It takes away, and is let in while nothing can be written; so is every `DELETE`. */
    makesRoom?: boolean;
  }
  interface FastifyRequest {
    facts: RouteFacts;
  }
}

/** What every request of a route needs to know of it. */
export interface RouteFacts {
  /** As declared, `/v1/users/:id`; `unknown` for a path that is none. */
  readonly route: string;
  readonly door: Door;
  readonly isStream: boolean;
  readonly makesRoom: boolean;
  readonly bodyLimit: number;
  /** Method and route in one word, the same text each time. */
  readonly pulseName: (method: string) => string;
}

/** Facts of routes, kept, for `request.routeOptions` is made anew at each look. */
export class RouteFactsKept {
  readonly #known = new Map<FastifyContextConfig, RouteFacts>();

  of(request: FastifyRequest): RouteFacts {
    const { config, url: route = "unknown", bodyLimit } = request.routeOptions;
    const known = this.#known.get(config);
    if (known) return known;
    const names = new Map<string, string>();
    const pulseName = (method: string): string => {
      let name = names.get(method);
      if (name === undefined) {
        name = `${method} ${route}`;
        names.set(method, name);
      }
      return name;
    };
    const { door = "read", isStream = false, makesRoom = false } = config;
    const facts = { route, door, isStream, makesRoom, bodyLimit, pulseName };
    this.#known.set(config, facts);
    return facts;
  }
}
