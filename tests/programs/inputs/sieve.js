const N = 200000, sieve = new Uint8Array(N + 1), primes = [];
for (let i = 2; i <= N; i++) {
  if (sieve[i]) continue;
  primes.push(i);
  for (let j = i * i; j <= N; j += i) sieve[j] = 1;
}
const strings = primes.map(String).filter(s => s === [...s].reverse().join(""));
`${primes.length} ${primes.at(-1)} ${strings.length} ${strings.slice(-3)}`;
