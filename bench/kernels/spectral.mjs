import { measure } from "./kernel.mjs";
let u, v, w, norm;
function setup(n) { u = new Float64Array(n); v = new Float64Array(n); w = new Float64Array(n); }
const element = (i, j) => 1 / (((((i + j) * (i + j + 1)) / 2) | 0) + i + 1);
function multiply(from, to, n, transposed) {
    for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += (transposed ? element(j, i) : element(i, j)) * from[j];
        to[i] = sum;
    }
}
function run(n) {
    let vv = 0, uv = 0;
    u.fill(1);
    for (let i = 0; i < 4; i++) {
        multiply(u, w, n, false); multiply(w, v, n, true);
        multiply(v, w, n, false); multiply(w, u, n, true);
    }
    for (let i = 0; i < n; i++) { uv += u[i] * v[i]; vv += v[i] * v[i]; }
    norm = Math.sqrt(uv / vv);
}
measure({ size: 1500, setup, run, checksum: () => norm });
