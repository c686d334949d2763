// Copies the studio's libraries from `node_modules` to `web/vendor`, and says what they are in
// VENDORED. `--check` changes nothing and fails where the two differ.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MODULES = fileURLToPath(new URL("node_modules/", import.meta.url));
const VENDOR = fileURLToPath(new URL("../crates/reelgate/web/vendor/", import.meta.url));

/** A package, its file, our name for it, and what a browser needs at its end. */
const FILES = [
  { name: "preact", from: "dist/preact.mjs", to: "preact.js" },
  { name: "preact", from: "hooks/dist/hooks.mjs", to: "hooks.js" },
  { name: "htm", from: "dist/htm.mjs", to: "htm.js" },
  { name: "@preact/signals-core", from: "dist/signals-core.mjs", to: "signals-core.js" },
  { name: "@preact/signals", from: "dist/signals.mjs", to: "signals.js" },
  { name: "marked", from: "lib/marked.esm.js", to: "marked.js" },
  { name: "uplot", from: "dist/uPlot.iife.min.js", to: "uplot.js", end: "export default uPlot;\n" },
  { name: "uplot", from: "dist/uPlot.min.css", to: "uplot.css" },
];

/** A browser finds modules by their address, not by the name of a package. */
const ADDRESSES = [
  ["preact/hooks", "./hooks.js"],
  ["@preact/signals-core", "./signals-core.js"],
  ["preact", "./preact.js"],
];

/** @param {string} text */
function addressed(text) {
  for (const [name, address] of ADDRESSES) {
    text = text.replaceAll(`from"${name}"`, `from"${address}"`);
  }
  return text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
}

/** @param {string} text */
const digest = text => createHash("sha256").update(text).digest("hex");

const wanted = new Map();
const table = [];
for (const { name, from, to, end } of FILES) {
  const about = JSON.parse(readFileSync(`${MODULES}${name}/package.json`, "utf8"));
  const text = addressed(readFileSync(`${MODULES}${name}/${from}`, "utf8")) + (end ?? "");
  wanted.set(to, text);
  table.push(`${digest(text)}  ${to}  ${name} ${about.version} ${from} (${about.license})`);
  const licence = `LICENSE-${name.replace("@", "").replace("/", "-")}`;
  wanted.set(licence, readFileSync(`${MODULES}${name}/LICENSE`, "utf8"));
}
wanted.set("VENDORED", `${table.join("\n")}\n`);

mkdirSync(VENDOR, { recursive: true });
for (const [name, text] of wanted) {
  if (!process.argv.includes("--check")) {
    writeFileSync(`${VENDOR}${name}`, text);
  } else if (readFileSync(`${VENDOR}${name}`, "utf8") !== text) {
    console.error(`web/vendor/${name} is not what package.json asks for: npm run vendor`);
    process.exitCode = 1;
  }
}
