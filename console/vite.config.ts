import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The console, built into the folder that the platform process serves. `npx vite console` is it with live reload, over a running platform. */
export default defineConfig({
  root: here("."),
  base: "/console/",
  plugins: [react()],
  build: {
    outDir: here("../dist/console"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { "/v1": "http://127.0.0.1:7070", "/openapi.json": "http://127.0.0.1:7070" } },
});
