import { measure } from "./kernel.mjs";
let result;
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
measure({ size: 36, setup: () => {}, run: (n) => { result = fib(n); }, checksum: () => result });
