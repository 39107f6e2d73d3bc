// usage: node run.mjs FILE.wasm REPETITIONS ARGS...
import { readFileSync } from "node:fs";

const [file, repetitions, ...args] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file));
let best = Infinity;
let result;
for (let i = 0; i < Number(repetitions); i++) {
  const start = performance.now();
  result = instance.exports.run(...args.map(Number));
  best = Math.min(best, performance.now() - start);
}
console.log(`seconds ${best / 1000}\nchecksum ${result}`);
