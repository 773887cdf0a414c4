// Makes each library one readable file, with its licence beside it: node bundle.js FOLDER
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const LICENCES = { "@noble/curves": "LICENSE", "@noble/hashes": "LICENSE", qr: "LICENSE-MIT" };
const folder = process.argv[2];

mkdirSync(folder, { recursive: true });
await build({
  entryPoints: ["curves.js", "qr.js"],
  bundle: true,
  format: "esm",
  target: "es2020",
  charset: "utf8",
  outdir: folder,
});
for (const [name, file] of Object.entries(LICENCES)) {
  copyFileSync(join("node_modules", name, file), join(folder, `${name.replace("@", "").replace("/", "-")}.LICENSE`));
}
