import type { Command } from "commander";
import { jsonSchemaOf } from "#declarations";
import { say } from "../terminal/terminal.ts";
import { declarationsOf, withConfigOption } from "./options.ts";

/** `inkling schema`: what the application declares, for tools that speak JSON Schema. */
export function registerSchema(program: Command): void {
  withConfigOption(program.command("schema"))
    .description("print the JSON Schema (2020-12) of the declared events, traits and item attributes")
    .action(async (options: { readonly config?: string }) => {
      say(JSON.stringify(jsonSchemaOf(await declarationsOf(options)), null, 2));
    });
}
