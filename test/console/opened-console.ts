import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { killAll, type ProgramOptions, ServerProcess } from "../server-process.ts";
import { openBrowser } from "./browser.ts";
import { LOOKS, newPage, openContext, untilSurveyed } from "./visit.ts";

/** Many pages, each looked at whole, on a machine that may have other things to do. */
export const PATIENCE_MS = 240_000;
const DESK = LOOKS.at(-2)!; // 1440 px, light

/** How a server with something to look at is started. */
export interface ConsoleStart {
  readonly options: readonly string[];
  readonly program?: ProgramOptions;
}

/** The console of one server in one browser, for the tests of a file. */
export class OpenedConsole {
  #start: ConsoleStart | undefined;
  #server: ServerProcess | undefined;
  #browser: Browser | undefined;
  /** Shared, so that the files of the pages are fetched and compiled once. */
  #desk: BrowserContext | undefined;

  /** Open while the tests of the surrounding `describe` run. `prepare`: gets a folder that is gone afterwards. */
  constructor(chromium: string | undefined, prepare: (folder: string) => Promise<ConsoleStart>) {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "inkling-console-"));
      this.#start = await prepare(folder);
      [this.#server, this.#browser] = await Promise.all([
        ServerProcess.start(this.#start.options, this.#start.program),
        openBrowser(chromium!), // skipped without
      ]);
      this.#desk = await this.openDesk();
      await untilSurveyed(this.server.ready.address);
    }, PATIENCE_MS);
    afterAll(async () => {
      await this.#browser?.close();
      await killAll();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    });
  }

  get server(): ServerProcess {
    return this.#server!; // tests run after it was started
  }

  get person(): ServerProcess["ready"]["person"] {
    return this.server.ready.person;
  }

  /** A window of 1440 px with nothing kept in it. */
  async openDesk(): Promise<BrowserContext> {
    const context = await openContext(this.#browser!, DESK);
    context.setDefaultTimeout(PATIENCE_MS / 2);
    return context;
  }

  /** A page at 1440 px; whatever it complains of, but what is `expected`, fails the test at its end. */
  async visit(
    path: string,
    use: (page: Page) => Promise<unknown>,
    {
      prepare,
      expected,
    }: { readonly prepare?: (context: BrowserContext) => Promise<unknown>; readonly expected?: RegExp } = {},
  ): Promise<void> {
    const context = prepare ? await this.openDesk() : this.#desk!;
    await prepare?.(context);
    const { page, complaints } = await newPage(context);
    await page.goto(`${this.server.ready.address}${path}`);
    await use(page);
    expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
    await (prepare ? context : page).close();
  }

  /** The same folder by a server that is started anew: a folder is of one process. */
  async restart(program: ProgramOptions): Promise<void> {
    await this.server.stop();
    this.#server = await ServerProcess.start(this.#start!.options, program);
  }
}
