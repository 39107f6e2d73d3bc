import { measure } from "./kernel.mjs";
let total;
function run(n) {
    total = 0;
    for (let row = 0; row < n; row++)
        for (let column = 0; column < n; column++) {
            const cx = (3 * column) / n - 2.25, cy = (3 * row) / n - 1.5;
            let x = 0, y = 0, i = 0;
            for (; i < 200 && x * x + y * y < 4; i++) { const next = x * x - y * y + cx; y = 2 * x * y + cy; x = next; }
            total += i;
        }
}
measure({ size: 600, setup: () => {}, run, checksum: () => total });
