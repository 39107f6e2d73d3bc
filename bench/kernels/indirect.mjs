import { measure } from "./kernel.mjs";
let state;
const functions = [
    (x) => (x + 0x9e3779b9) | 0, (x) => x ^ (x >>> 13), (x) => Math.imul(x, 0x9e3779b1), (x) => (x << 7) | (x >>> 25),
];
function run(n) { let x = 1; for (let i = 0; i < n; i++) x = functions[(x ^ i) & 3](x); state = x >>> 0; }
measure({ size: 20000000, setup: () => {}, run, checksum: () => state });
