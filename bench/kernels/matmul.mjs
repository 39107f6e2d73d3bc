import { measure } from "./kernel.mjs";
let a, b, c;
function setup(n) {
    a = new Float64Array(n * n); b = new Float64Array(n * n); c = new Float64Array(n * n);
    for (let i = 0; i < n * n; i++) { a[i] = ((i * 7) % 101) / 101; b[i] = ((i * 13) % 97) / 97; }
}
function run(n) {
    for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) c[i * n + j] = 0;
        for (let k = 0; k < n; k++) {
            const factor = a[i * n + k];
            for (let j = 0; j < n; j++) c[i * n + j] += factor * b[k * n + j];
        }
    }
}
function checksum(n) { let sum = 0; for (let i = 0; i < n * n; i++) sum += c[i] * ((i % 5) - 2); return sum; }
measure({ size: 512, setup, run, checksum });
