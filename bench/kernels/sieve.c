/* The sieve of Eratosthenes over bytes: strided stores, then a count. */
#include <stdlib.h>
#define DEFAULT_SIZE 5000000

static unsigned char *composite;
static int primes;

static void setup(int n) {
    composite = malloc((size_t)n + 1);
}

static __attribute__((noinline)) void run(int n) {
    for (int i = 0; i <= n; i++) composite[i] = i < 2;
    for (int i = 2; (long long)i * i <= n; i++)
        if (!composite[i])
            for (int j = i * i; j <= n; j += i) composite[j] = 1;
    primes = 0;
    for (int i = 0; i <= n; i++) primes += !composite[i];
}

static double checksum(int n) {
    return primes + n * 1e-9;
}

#include "kernel.h"
