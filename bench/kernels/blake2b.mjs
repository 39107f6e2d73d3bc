// JavaScript has no 64-bit integers that are fast: numbers are halves of 32 bits, the low one first.
import { measure } from "./kernel.mjs";
const iv = Uint32Array.of(
    0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
    0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19);
const sigma = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0]]
    .map((row) => Uint8Array.from(row, (i) => 2 * i));
const h = new Uint32Array(16), v = new Uint32Array(32), m = new Uint32Array(32);
let data, words;
function setup(n) {
    data = new Uint8Array(n + 3 & ~3);
    for (let i = 0; i < n; i++) data[i] = i * 41 + (i >> 9);
    words = new Uint32Array(data.buffer);
}
function add(a, b) {
    const low = v[a] + v[b];
    v[a + 1] += v[b + 1] + (low >= 4294967296 ? 1 : 0);
    v[a] = low;
}
function addWord(a, x) {
    const low = v[a] + m[x];
    v[a + 1] += m[x + 1] + (low >= 4294967296 ? 1 : 0);
    v[a] = low;
}
function rotate(d, a, n) {
    const low = v[d] ^ v[a], high = v[d + 1] ^ v[a + 1];
    v[d] = low >>> n | high << 32 - n;
    v[d + 1] = high >>> n | low << 32 - n;
}
function mix(a, b, c, d, x, y) {
    add(a, b); addWord(a, x);
    const low = v[d] ^ v[a];
    v[d] = v[d + 1] ^ v[a + 1]; v[d + 1] = low;
    add(c, d); rotate(b, c, 24);
    add(a, b); addWord(a, y); rotate(d, a, 16);
    add(c, d);
    const bl = v[b] ^ v[c], bh = v[b + 1] ^ v[c + 1];
    v[b] = bh >>> 31 | bl << 1; v[b + 1] = bl >>> 31 | bh << 1;
}
function block(at, count, last) {
    for (let i = 0; i < 32; i++) m[i] = words[at / 4 + i];
    v.set(h); v.set(iv, 16);
    v[24] ^= count;
    v[25] ^= count / 4294967296;
    if (last) { v[28] = ~v[28]; v[29] = ~v[29]; }
    for (let r = 0; r < 12; r++) {
        const s = sigma[r % 10];
        mix(0, 8, 16, 24, s[0], s[1]); mix(2, 10, 18, 26, s[2], s[3]);
        mix(4, 12, 20, 28, s[4], s[5]); mix(6, 14, 22, 30, s[6], s[7]);
        mix(0, 10, 20, 30, s[8], s[9]); mix(2, 12, 22, 24, s[10], s[11]);
        mix(4, 14, 16, 26, s[12], s[13]); mix(6, 8, 18, 28, s[14], s[15]);
    }
    for (let i = 0; i < 16; i++) h[i] ^= v[i] ^ v[i + 16];
}
function run(n) {
    h.set(iv);
    h[0] ^= 0x01010040;
    n -= n % 128;
    for (let at = 0; at < n; at += 128) block(at, at + 128, at + 128 === n);
}
measure({ size: 12800000, setup, run, checksum: () => h[0] + h[15] / 4294967296 });
