import { measure } from "./kernel.mjs";
let a, b, result;
function setup(n) {
    a = new Float32Array(n); b = new Float32Array(n);
    for (let i = 0; i < n; i++) { a[i] = (i % 16) * 0.25; b[i] = (i % 8) * 0.5; }
}
function run(n) {
    let sum = 0;
    for (let repeat = 0; repeat < 8; repeat++) {
        let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (let i = 0; i + 4 <= n; i += 4) {
            s0 = Math.fround(s0 + Math.fround(a[i] * b[i])); s1 = Math.fround(s1 + Math.fround(a[i + 1] * b[i + 1]));
            s2 = Math.fround(s2 + Math.fround(a[i + 2] * b[i + 2])); s3 = Math.fround(s3 + Math.fround(a[i + 3] * b[i + 3]));
        }
        sum = Math.fround(sum + Math.fround(Math.fround(Math.fround(s0 + s1) + s2) + s3));
    }
    result = sum;
}
measure({ size: 1000000, setup, run, checksum: () => result });
