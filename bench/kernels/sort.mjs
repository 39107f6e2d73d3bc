import { measure, random } from "./kernel.mjs";
let numbers;
function setup(n) { numbers = new Int32Array(n); }
function sort(a, low, high) {
    while (low < high) {
        const pivot = a[low + ((high - low) >> 1)];
        let i = low - 1, j = high + 1;
        for (;;) {
            do i++; while (a[i] < pivot);
            do j--; while (a[j] > pivot);
            if (i >= j) break;
            const t = a[i]; a[i] = a[j]; a[j] = t;
        }
        sort(a, low, j);
        low = j + 1;
    }
}
function run(n) {
    let x = 12345;
    for (let i = 0; i < n; i++) { x = random(x); numbers[i] = x ^ (x >>> 15); }
    sort(numbers, 0, n - 1);
}
function checksum(n) { let sum = 0; for (let i = 0; i < n; i++) sum += numbers[i] * (i % 3); return sum; }
measure({ size: 1000000, setup, run, checksum });
