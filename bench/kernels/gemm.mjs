import { measure } from "./kernel.mjs";
const N = 512;
const a = new Float64Array(N * N), b = new Float64Array(N * N), c = new Float64Array(N * N);
function setup() {
    for (let i = 0; i < N; i++)
        for (let j = 0; j < N; j++) {
            a[i * N + j] = (i * j % 101) / 101.0;
            b[i * N + j] = (i * (j + 1) % 97) / 97.0;
        }
}
function run() {
    for (let i = 0; i < N; i++) {
        for (let j = 0; j < N; j++) c[i * N + j] = 0;
        for (let k = 0; k < N; k++) for (let j = 0; j < N; j++) c[i * N + j] += a[i * N + k] * b[k * N + j];
    }
}
function checksum() {
    let sum = 0;
    for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) sum += c[i * N + j] * (i % 5 - 2);
    return sum;
}
measure({ size: N, setup, run, checksum });
