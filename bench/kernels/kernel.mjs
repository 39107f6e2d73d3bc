// The frame of every kernel in JavaScript, as kernel.h is of those in C. usage: node KERNEL.mjs [SIZE [REPETITIONS]]
// After two seconds it is not repeated any more.
export const random = (x) => (Math.imul(x, 1664525) + 1013904223) | 0;

const ENOUGH_NS = 2e9;

export function measure({ size, setup, run, checksum }) {
    const n = Number(process.argv[2] ?? size);
    const repetitions = Number(process.argv[3] ?? 5);
    setup(n);
    let best = Infinity;
    const first = process.hrtime.bigint();
    for (let i = 0; i < repetitions && (!i || Number(process.hrtime.bigint() - first) < ENOUGH_NS); i++) {
        const start = process.hrtime.bigint();
        run(n);
        best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
    }
    console.log(`checksum ${checksum(n)}\nseconds ${best}`);
}
