// Builds the rider's app into dist/app, with a service worker that knows every file of it.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** Writes sw.js: the worker with the list of files and a version that follows from their bytes. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const version = createHash("sha256");
        const files = ["/"];
        for (const [name, part] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          version.update(name).update(part.type === "chunk" ? part.code : part.source);
          if (name !== "index.html") {
            files.push(`/${name}`);
          }
        }
        for (const name of readdirSync("public").sort()) {
          version.update(name).update(readFileSync(`public/${name}`));
          files.push(`/${name}`);
        }
        const worker = readFileSync("src/offline.js", "utf8");
        const source = worker
          .replace('"VERSION"', JSON.stringify(version.digest("hex").slice(0, 16)))
          .replace('["FILES"]', JSON.stringify(files));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}

export default defineConfig({
  plugins: [offline()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: "dist/app", target: "es2022", modulePreload: false, assetsInlineLimit: 0 },
});
