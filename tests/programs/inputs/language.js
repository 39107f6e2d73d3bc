// Prints by the host's standard output; the value of the last expression is printed by the driver.
class Vector {
  #x; #y;
  constructor(x, y) { this.#x = x; this.#y = y; }
  get length() { return Math.hypot(this.#x, this.#y); }
  static *spiral(n) { for (let i = 0; i < n; i++) yield new Vector(i * Math.cos(i), i * Math.sin(i)); }
}
const lengths = [...Vector.spiral(8)].map(v => v.length.toFixed(6));
console.log(lengths.join(" "));

const text = "The year 2024-05-17, and 1999-12-31; not 20-1-1. \u{1F600} na\u00efve";
console.log(text.replace(/(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)/g, "$<d>.$<m>.$<y>"), [...text].length, text.normalize("NFD").length);

const data = { list: [1, 2.5, -0, 1e21, null, true], nested: { "k y": "\u2028\"\\" }, date: new Date(Date.UTC(2001, 1, 3, 4, 5, 6)) };
console.log(JSON.stringify(data), JSON.stringify(JSON.parse(JSON.stringify(data)), null, 1).length);

let big = 1n;
for (let i = 1n; i <= 50n; i++) big *= i;
console.log(String(big), String(big % 1000000007n), (-big >> 100n).toString(36));

const memo = new Map();
const collatz = n => { let steps = 0; while (n !== 1) { n = n % 2 ? 3 * n + 1 : n / 2; steps++; } return steps; };
for (let i = 1; i < 2000; i++) memo.set(i, collatz(i));
console.log([...memo].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 5).join(";"));

const floats = new Float32Array([0.1, 0.2, NaN, 1e40, -1e-46]);
console.log(Array.from(floats).join(), new Uint8Array(floats.buffer).slice(0, 8).join(), Math.fround(0.1) + Math.expm1(1e-5));

const ackermann = (m, n) => m === 0 ? n + 1 : n === 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
console.log(ackermann(2, 3), eval("var z = 3; z ** 5"), new Function("a", "b", "return a + b")(1, "2"));

Promise.resolve(1).then(v => console.log("then", v)).finally(() => console.log("finally"));
(async () => { for await (const x of [1, Promise.resolve(2)]) console.log("await", x); })();
console.log([3, 1, 2].toSorted(), Object.groupBy([1, 2, 3], v => v % 2 ? "odd" : "even").odd.length);
[parseFloat("1.7976931348623157e308").toString(), (0.1 + 0.2).toPrecision(20), (25).toString(2), Number.MIN_VALUE].join();
