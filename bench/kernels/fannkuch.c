/* Fannkuch: permutations of small arrays, reversed over and over. */
#define DEFAULT_SIZE 10

static int best, sum;

static void setup(int n) {
    (void)n;
}

static __attribute__((noinline)) int flips(const int *from, int n) {
    int p[16], count = 0;
    for (int i = 0; i < n; i++) p[i] = from[i];
    for (int first; (first = p[0]); count++)
        for (int i = 0, j = first; i < j; i++, j--) {
            int t = p[i];
            p[i] = p[j];
            p[j] = t;
        }
    return count;
}

static __attribute__((noinline)) void run(int n) {
    int p[16], count[16], r = n, permutation = 0;
    best = sum = 0;
    for (int i = 0; i < n; i++) p[i] = i;
    for (;;) {
        for (; r > 1; r--) count[r - 1] = r;
        int f = flips(p, n);
        if (f > best) best = f;
        sum += permutation++ % 2 ? -f : f;
        for (;; r++) {
            if (r == n) return;
            int first = p[0];
            for (int i = 0; i < r; i++) p[i] = p[i + 1];
            p[r] = first;
            if (--count[r] > 0) break;
        }
    }
}

static double checksum(int n) {
    (void)n;
    return best * 1000000.0 + sum;
}

#include "kernel.h"
