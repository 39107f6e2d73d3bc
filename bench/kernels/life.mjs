import { measure, random } from "./kernel.mjs";
let cells, next;
function setup(n) { cells = new Uint8Array(n * n); next = new Uint8Array(n * n); }
function step(from, to, n) {
    for (let y = 0; y < n; y++) {
        const row = y * n, above = ((y + n - 1) % n) * n, below = ((y + 1) % n) * n;
        for (let x = 0; x < n; x++) {
            const left = x ? x - 1 : n - 1, right = x < n - 1 ? x + 1 : 0;
            const around = from[above + left] + from[above + x] + from[above + right] + from[row + left] +
                from[row + right] + from[below + left] + from[below + x] + from[below + right];
            to[row + x] = around === 3 || (around === 2 && from[row + x]) ? 1 : 0;
        }
    }
}
function run(n) {
    let x = 99;
    for (let i = 0; i < n * n; i++) { x = random(x); cells[i] = x >>> 30 === 0 ? 1 : 0; }
    for (let i = 0; i < 20; i++) { step(cells, next, n); step(next, cells, n); }
}
function checksum(n) { let sum = 0; for (let i = 0; i < n * n; i++) sum += cells[i] * (i % 1013); return sum; }
measure({ size: 512, setup, run, checksum });
