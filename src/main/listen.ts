import { PlatformError } from "#base";
import type { Server } from "#serving";
import type { ListenOptions } from "./commands/options.ts";

/**
 * Starts listening; resolves with the address people can open.
 * @throws PlatformError `port-in-use`, `unsafe-bind`
 */
export async function listen(server: Server, { host, port }: ListenOptions): Promise<string> {
  try {
    const address = await server.listen({ host, port });
    return address.replace("[::]", "localhost").replace("0.0.0.0", "localhost");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EADDRINUSE") {
      const fix = "Stop what listens there, or choose another with --port.";
      throw new PlatformError("port-in-use", `port ${port} is taken. ${fix}`);
    }
    if (!["ENOTFOUND", "EADDRNOTAVAIL", "EACCES", "EINVAL"].includes(code)) throw error;
    throw new PlatformError(
      "invalid-config",
      `cannot listen on ${host}:${port} (${code}). Choose another --host or --port.`,
    );
  }
}

/** Resolves at Ctrl-C or when asked to end; a second time ends at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
}
