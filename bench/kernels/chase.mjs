import { measure, random } from "./kernel.mjs";
let next, place;
function setup(n) {
    next = new Uint32Array(n);
    for (let i = 0; i < n; i++) next[i] = i;
    let x = 5;
    for (let i = n - 1; i > 0; i--) { x = random(x); const j = (x >>> 2) % i, t = next[i]; next[i] = next[j]; next[j] = t; }
}
function run(n) { let at = 0; for (let i = 0; i < n + (n >> 1); i++) at = next[at]; place = at; }
measure({ size: 4000000, setup, run, checksum: () => place });
