import { measure } from "./kernel.mjs";
let best, sum;
const scratch = new Int32Array(16);
function flips(from, n) {
    const p = scratch;
    for (let i = 0; i < n; i++) p[i] = from[i];
    let count = 0;
    for (let first; (first = p[0]) !== 0; count++)
        for (let i = 0, j = first; i < j; i++, j--) { const t = p[i]; p[i] = p[j]; p[j] = t; }
    return count;
}
function run(n) {
    const p = new Int32Array(16), count = new Int32Array(16);
    let r = n, permutation = 0;
    best = sum = 0;
    for (let i = 0; i < n; i++) p[i] = i;
    for (;;) {
        for (; r > 1; r--) count[r - 1] = r;
        const f = flips(p, n);
        if (f > best) best = f;
        sum += permutation++ % 2 ? -f : f;
        for (;; r++) {
            if (r === n) return;
            const first = p[0];
            for (let i = 0; i < r; i++) p[i] = p[i + 1];
            p[r] = first;
            if (--count[r] > 0) break;
        }
    }
}
measure({ size: 10, setup: () => {}, run, checksum: () => best * 1000000 + sum });
