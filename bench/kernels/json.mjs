import { measure } from "./kernel.mjs";
let text, at, sum;
function setup(n) {
    const items = [];
    for (let i = 0; i < n; i++) items.push(`{"id": ${i}, "name": "item \\"${i * 7}\\"", "tags": [true, false, null, -${i % 100}.${(i % 8) * 125}], "x": {"y": []}}`);
    text = new TextEncoder().encode(`[${items.join(", ")}]\0`);
}
const code = (c) => c.charCodeAt(0);
const SPACE = code(" "), NEWLINE = code("\n"), QUOTE = code('"'), SLASH = code("\\"), MINUS = code("-"), POINT = code("."), ZERO = code("0"), NINE = code("9");
const CURLY = code("{"), SQUARE = code("["), END_CURLY = code("}"), END_SQUARE = code("]"), COMMA = code(","), T = code("t"), N = code("n"), F = code("f");
function blank() { while (text[at] === SPACE || text[at] === NEWLINE) at++; }
function string() {
    let length = 0;
    for (at++; text[at] !== QUOTE; at++, length++) if (text[at] === SLASH) at++;
    at++;
    return length;
}
function number() {
    let value = 0, scale = 1;
    const negative = text[at] === MINUS;
    if (negative) at++;
    for (; text[at] >= ZERO && text[at] <= NINE; at++) value = value * 10 + (text[at] - ZERO);
    if (text[at] === POINT) for (at++; text[at] >= ZERO && text[at] <= NINE; at++) { value = value * 10 + (text[at] - ZERO); scale *= 10; }
    return (negative ? -value : value) / scale;
}
function value() {
    blank();
    const c = text[at];
    if (c === CURLY || c === SQUARE) {
        const end = c === CURLY ? END_CURLY : END_SQUARE;
        at++; blank();
        while (text[at] !== end) {
            if (end === END_CURLY) { sum += string(); blank(); at++; }
            value(); blank();
            if (text[at] === COMMA) { at++; blank(); }
        }
        at++;
    } else if (c === QUOTE) sum += string();
    else if (c === T || c === N) { if (c === T) sum += 1; at += 4; }
    else if (c === F) at += 5;
    else sum += number();
}
function run() { sum = 0; for (let i = 0; i < 5; i++) { at = 0; value(); } }
measure({ size: 60000, setup, run, checksum: () => sum });
