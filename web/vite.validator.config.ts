// Builds the validator's own pages into dist/validator: screen, camera, driver. Riders never load
// any of it; the program serves it on the reader itself.

import { defineConfig } from "vite";

export default defineConfig({
  root: "src/validator",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/validator",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ["screen", "camera", "driver"].map((name) => `src/validator/${name}.html`),
    },
  },
});
