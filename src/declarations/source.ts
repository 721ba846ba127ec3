import type { Annotations } from "./field.ts";

/** A value that is read from the environment when the platform starts: a secret is named in a config, never written there. */
export interface FromEnvironment {
  readonly variable: string;
}

/** Something that sends events, with a write key of its own: the web site, the app, the checkout service. */
export interface Source extends Pick<Annotations, "description" | "owner"> {
  readonly writeKey: FromEnvironment;
}

/** Names the environment variable that holds the value. */
export function env(variable: string): FromEnvironment {
  return { variable };
}

/** Declares a source. Its values are checked by `defineConfig`, which knows its name. */
export function source(input: Source): Source {
  return input;
}
