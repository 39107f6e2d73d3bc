import { measure } from "./kernel.mjs";
let composite, primes;
function setup(n) { composite = new Uint8Array(n + 1); }
function run(n) {
    for (let i = 0; i <= n; i++) composite[i] = i < 2 ? 1 : 0;
    for (let i = 2; i * i <= n; i++) if (!composite[i]) for (let j = i * i; j <= n; j += i) composite[j] = 1;
    primes = 0;
    for (let i = 0; i <= n; i++) primes += composite[i] ? 0 : 1;
}
measure({ size: 5000000, setup, run, checksum: (n) => primes + n * 1e-9 });
