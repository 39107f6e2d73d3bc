import { measure, random } from "./kernel.mjs";
const ERROR_SHARE = 8;
let text, at, state = 1, sum, errors;
class Failure extends Error {
    constructor(what) { super(); this.what = what; }
}
function nextRandom() { state = random(state); return state >>> 16; }
function expression(p, depth) {
    if (!depth || nextRandom() % 8 === 0) {
        text[p++] = 49 + nextRandom() % 9;
        return p;
    }
    text[p++] = 40;
    p = expression(p, depth - 1);
    text[p++] = "+-*/".charCodeAt(nextRandom() % 4);
    p = expression(p, depth - 1);
    text[p++] = 41;
    return p;
}
function setup(n) {
    Error.stackTraceLimit = 0;
    text = new Uint8Array(n * 132 + 1);
    for (let i = 0, p = 0; i < n; i++) {
        const first = p;
        p = expression(p, 5);
        if (i % ERROR_SHARE === 0) text[first + ((p - first) * 2 / 3 | 0)] = 63;
        text[p++] = 10;
    }
}
function value() {
    const c = text[at++];
    if (c >= 48 && c <= 57) return c - 48;
    if (c !== 40) throw new Failure(1);
    const a = value(), operator = text[at++], b = value();
    if (text[at++] !== 41) throw new Failure(2);
    switch (operator) {
    case 43: return a + b | 0;
    case 45: return a - b | 0;
    case 42: return Math.imul(a, b);
    case 47:
        if (!b) throw new Failure(3);
        return a / b | 0;
    }
    throw new Failure(4);
}
function line() {
    const start = at;
    try {
        sum += value();
    } catch (error) {
        if (!(error instanceof Failure)) throw error;
        errors += error.what;
    }
    at = start;
    while (text[at++] !== 10) continue;
}
function run(n) {
    at = sum = errors = 0;
    for (let i = 0; i < n; i++) line();
}
measure({ size: 40000, setup, run, checksum: () => sum + errors / 1048576 });
