import { measure } from "./kernel.mjs";
let now, next;
function setup(n) { now = new Float64Array(n * n); next = new Float64Array(n * n); }
function step(from, to, n) {
    for (let i = 1; i < n - 1; i++)
        for (let j = 1; j < n - 1; j++) {
            const at = i * n + j;
            to[at] = 0.6 * from[at] + 0.1 * (from[at - 1] + from[at + 1] + from[at - n] + from[at + n]);
        }
}
function run(n) {
    for (let i = 0; i < n * n; i++) now[i] = next[i] = ((i * 31) % 1009) / 1009;
    for (let t = 0; t < 20; t++) { step(now, next, n); step(next, now, n); }
}
function checksum(n) { let sum = 0; for (let i = 0; i < n * n; i++) sum += now[i] * ((i % 7) - 3); return sum; }
measure({ size: 700, setup, run, checksum });
