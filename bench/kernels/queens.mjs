import { measure } from "./kernel.mjs";
let ways;
function place(all, columns, left, right) {
    if (columns === all) return 1;
    let count = 0;
    for (let free = all & ~(columns | left | right); free; free &= free - 1) {
        const bit = free & -free;
        count += place(all, columns | bit, (left | bit) << 1, (right | bit) >>> 1);
    }
    return count;
}
measure({ size: 13, setup: () => {}, run: (n) => { ways = place((1 << n) - 1, 0, 0, 0); }, checksum: () => ways });
