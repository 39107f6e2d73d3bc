import { measure } from "./kernel.mjs";
let data;
const k = new Uint32Array(64), initial = new Uint32Array(8), state = new Uint32Array(8), w = new Uint32Array(64);
const fraction = (x) => Math.floor((x - Math.floor(x)) * 4294967296);
function setup(n) {
    for (let candidate = 2, found = 0; found < 64; candidate++) {
        let prime = true;
        for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) prime = false;
        if (!prime) continue;
        if (found < 8) initial[found] = fraction(Math.sqrt(candidate));
        k[found++] = fraction(Math.cbrt(candidate));
    }
    data = new Uint8Array(n);
    for (let i = 0; i < n; i++) data[i] = i * 167 + (i >> 8);
}
const rotate = (x, n) => (x >>> n) | (x << (32 - n));
function block(p) {
    for (let i = 0; i < 16; i++) w[i] = (data[p + 4 * i] << 24) | (data[p + 4 * i + 1] << 16) | (data[p + 4 * i + 2] << 8) | data[p + 4 * i + 3];
    for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) + w[i - 7] + (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10));
    }
    let a = state[0] | 0, b = state[1] | 0, c = state[2] | 0, d = state[3] | 0, e = state[4] | 0, f = state[5] | 0, g = state[6] | 0, h = state[7] | 0;
    for (let i = 0; i < 64; i++) {
        const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
        const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}
function run(n) { state.set(initial); for (let at = 0; at + 64 <= n; at += 64) block(at); }
measure({ size: 8000000, setup, run, checksum: () => ((state[0] ^ state[3]) >>> 0) + state[7] / 4294967296 });
