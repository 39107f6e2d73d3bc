import { measure, random } from "./kernel.mjs";
const BITS = 14;
let text, packed, unpacked, size, same;
const positions = new Int32Array(1 << BITS);
function setup(n) {
    text = new Uint8Array(n); packed = new Uint8Array(n * 2 + 64); unpacked = new Uint8Array(n + 64);
    for (let i = 0, x = 1; i < n; i++) {
        x = random(x);
        text[i] = i > 64 && x >>> 24 < 220 ? text[i - 1 - (((i / 50) | 0) % 60)] : 97 + ((x >>> 16) % 20);
    }
}
const word = (at) => text[at] | (text[at + 1] << 8) | (text[at + 2] << 16) | (text[at + 3] << 24);
function putLength(out, length) { for (; length >= 255; length -= 255) packed[out++] = 255; packed[out++] = length; return out; }
function copy(to, out, from, start, length) { for (let i = 0; i < length; i++) to[out + i] = from[start + i]; }
function pack(n) {
    let out = 0, at = 0, start = 0;
    positions.fill(-1);
    while (at + 4 <= n) {
        const w = word(at), slot = Math.imul(w, 0x9e3779b1) >>> (32 - BITS), found = positions[slot];
        let length = 4;
        positions[slot] = at;
        if (found < 0 || at - found > 65535 || word(found) !== w) { at++; continue; }
        while (at + length < n && text[found + length] === text[at + length]) length++;
        out = putLength(out, at - start);
        copy(packed, out, text, start, at - start);
        out += at - start;
        packed[out++] = at - found; packed[out++] = (at - found) >> 8;
        out = putLength(out, length);
        at += length; start = at;
    }
    out = putLength(out, n - start);
    copy(packed, out, text, start, n - start);
    return out + n - start;
}
function unpack(size) {
    let at = 0, out = 0;
    for (;;) {
        let length = 0, byte;
        do length += byte = packed[at++]; while (byte === 255);
        copy(unpacked, out, packed, at, length);
        out += length; at += length;
        if (at >= size) return;
        const distance = packed[at] | (packed[at + 1] << 8);
        at += 2; length = 0;
        do length += byte = packed[at++]; while (byte === 255);
        copy(unpacked, out, unpacked, out - distance, length);
        out += length;
    }
}
function run(n) { size = pack(n); unpack(size); same = 1; for (let i = 0; i < n; i++) if (text[i] !== unpacked[i]) same = 0; }
measure({ size: 3000000, setup, run, checksum: () => size + same * 0.5 });
