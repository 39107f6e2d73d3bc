// Runs a WASI program in Node.js and reports times. usage: node node_runner.mjs RESULT SPEC FILE [ARGS...]
import { readFile, writeFile } from "node:fs/promises";
import { argv, exit, hrtime } from "node:process";
import { WASI } from "node:wasi";

const [, , result, spec, file, ...args] = argv;
const { dirs, env } = JSON.parse(spec);
const seconds = (since) => Number(hrtime.bigint() - since) / 1e9;
const data = await readFile(file);
let start = hrtime.bigint();
const module = await WebAssembly.compile(data);
const compile_s = seconds(start);
const wasi = new WASI({ version: "preview1", args: [file, ...args], env, preopens: dirs, returnOnExit: true });
start = hrtime.bigint();
const status = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
await writeFile(result, JSON.stringify({ compile_s, run_s: seconds(start) }));
exit(status);
