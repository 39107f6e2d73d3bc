import { measure } from "./kernel.mjs";
let a;
function setup(n) { a = new Float64Array(n * n); }
function run(n) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = i === j ? n : ((i * 31 + j * 17) % 100) / 100;
    for (let k = 0; k < n; k++)
        for (let i = k + 1; i < n; i++) {
            const factor = (a[i * n + k] /= a[k * n + k]);
            for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
        }
}
function checksum(n) { let sum = 0; for (let i = 0; i < n * n; i++) sum += a[i] * ((i % 3) + 1); return sum; }
measure({ size: 700, setup, run, checksum });
