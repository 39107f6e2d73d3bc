import { measure, random } from "./kernel.mjs";
let d;
function setup(n) { d = new Int32Array(n * n); }
function run(n) {
    let x = 3;
    for (let i = 0; i < n * n; i++) { x = random(x); d[i] = i % (n + 1) ? 1 + ((x >>> 16) % 10000) : 0; }
    for (let k = 0; k < n; k++)
        for (let i = 0; i < n; i++) {
            const first = d[i * n + k];
            for (let j = 0; j < n; j++) {
                const way = (first + d[k * n + j]) | 0;
                if (way < d[i * n + j]) d[i * n + j] = way;
            }
        }
}
function checksum(n) { let sum = 0; for (let i = 0; i < n * n; i++) sum += d[i] * (i % 11); return sum; }
measure({ size: 400, setup, run, checksum });
