import { measure } from "./kernel.mjs";
let re, im, cosine, sine;
function setup(bits) {
    const n = 1 << bits;
    re = new Float64Array(n); im = new Float64Array(n); cosine = new Float64Array(n); sine = new Float64Array(n);
    let c = 1, s = 0, dc = 1, ds = 0;
    for (let i = 0; i < bits - 2; i++) {
        const half = i ? Math.sqrt((1 + dc) / 2) : Math.sqrt(0.5);
        ds = i ? ds / (2 * half) : Math.sqrt(0.5);
        dc = half;
    }
    for (let i = 0; i < n / 2; i++) {
        cosine[i] = c; sine[i] = s;
        const next = c * dc - s * ds;
        s = s * dc + c * ds; c = next;
    }
}
function transform(bits, sign) {
    const n = 1 << bits;
    for (let i = 1, j = 0; i < n; i++) {
        let bit = n >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) { let t = re[i]; re[i] = re[j]; re[j] = t; t = im[i]; im[i] = im[j]; im[j] = t; }
    }
    for (let half = 1, step = n >> 1; half < n; half *= 2, step >>= 1)
        for (let start = 0; start < n; start += 2 * half)
            for (let k = 0; k < half; k++) {
                const a = start + k, b = a + half, c = cosine[k * step], s = sign * sine[k * step];
                const x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
                re[b] = re[a] - x; im[b] = im[a] - y; re[a] += x; im[a] += y;
            }
}
function run(bits) {
    for (let i = 0; i < 1 << bits; i++) { re[i] = (i * 37) % 101; im[i] = 0; }
    transform(bits, -1); transform(bits, 1);
}
function checksum(bits) { let sum = 0; for (let i = 0; i < 1 << bits; i++) sum += re[i] * (i % 7) + im[i]; return sum; }
measure({ size: 18, setup, run, checksum });
