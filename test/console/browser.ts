import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** @file A real browser, where this machine has one. */

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser there is, or `undefined`; CHROMIUM names one that lies elsewhere. */
export function findChromium(): string | undefined {
  return [process.env["CHROMIUM"], ...PLACES].find((path) => path !== undefined && existsSync(path));
}

export function openBrowser(executablePath: string): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
  ];
  return chromium.launch({ executablePath, args });
}
