import { measure } from "./kernel.mjs";
let image, blurred;
function setup(n) {
    image = new Uint16Array(n * n + 32); blurred = new Uint16Array(n * n + 32);
    for (let i = 0; i < n * n; i++) image[i] = (i * 73) % 256;
}
const row = (at) => image[at - 1] + image[at] * 2 + image[at + 1];
function run(n) {
    for (let i = 0; i < 8; i++)
        for (let y = 1; y < n - 1; y++)
            for (let x = 1; x + 8 < n; x += 8)
                for (let k = 0; k < 8; k++) {
                    const at = y * n + x + k;
                    blurred[at] = (row(at - n) + row(at) * 2 + row(at + n)) >> 4;
                }
}
function checksum(n) { let sum = 0; for (let i = 0; i < n * n; i++) sum += blurred[i] * (i % 7); return sum; }
measure({ size: 1024, setup, run, checksum });
