import { measure, random } from "./kernel.mjs";
const patterns = ["ab+a.c", "[a-c]+x[0-9]*y", "q.*z$", "(none)", "a?b?c?d", "[^a-m]+[0-3]"].map((p) => new TextEncoder().encode(p + "\0"));
const [DOT, OPEN, CLOSE, DASH, CARET, STAR, PLUS, MAYBE, END] = new TextEncoder().encode(".[]-^*+?$");
let text, matches;
function setup(n) {
    const letters = new TextEncoder().encode("abcabcxyqz0123456789abcdefghmn");
    text = new Uint8Array(n + 1);
    for (let i = 0, x = 7; i < n; i++) { x = random(x); text[i] = (x >>> 20) % 40 === 0 ? 0 : letters[(x >>> 24) % 30]; }
}
function nextItem(p, at) { if (p[at] === OPEN) while (p[at] !== CLOSE) at++; return at + 1; }
function isIn(p, at, c) {
    if (p[at] === DOT) return true;
    if (p[at] !== OPEN) return p[at] === c;
    const negated = p[at + 1] === CARET;
    let found = false;
    for (at += negated ? 2 : 1; p[at] !== CLOSE; at++)
        if (p[at + 1] === DASH && p[at + 2] !== CLOSE) { found ||= p[at] <= c && c <= p[at + 2]; at += 2; }
        else found ||= p[at] === c;
    return found !== negated;
}
function match(p, at, s) {
    if (!p[at]) return true;
    if (p[at] === END && !p[at + 1]) return !text[s];
    const next = nextItem(p, at), kind = p[next];
    if (kind === STAR || kind === PLUS || kind === MAYBE) {
        const least = kind === PLUS ? 1 : 0, most = kind === MAYBE ? 1 : 1 << 30;
        let count = 0;
        while (count < most && text[s + count] && isIn(p, at, text[s + count])) count++;
        for (; count >= least; count--) if (match(p, next + 1, s + count)) return true;
        return false;
    }
    return text[s] !== 0 && isIn(p, at, text[s]) && match(p, next, s + 1);
}
function run(n) {
    matches = 0;
    for (let line = 0, end; line < n; line = end + 1) {
        for (end = line; text[end]; end++);
        for (let i = 0; i < 6; i++) for (let s = line; text[s]; s++) if (match(patterns[i], 0, s)) { matches += i + 1; break; }
    }
}
measure({ size: 400000, setup, run, checksum: () => matches });
