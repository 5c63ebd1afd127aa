// Builds the operator's console into dist/console. No worker: a console shows nothing that is old.

import { defineConfig } from "vite";

export default defineConfig({
  root: "src/console",
  base: "/console/",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
