/* Links followed through memory larger than the caches: latency. */
#include <stdint.h>
#include <stdlib.h>
#define DEFAULT_SIZE 4000000

static uint32_t *next;
static uint32_t place;

static void setup(int n) {
    uint32_t x = 5;
    next = malloc(sizeof(uint32_t) * (size_t)n);
    for (int i = 0; i < n; i++) next[i] = (uint32_t)i;
    for (int i = n - 1; i > 0; i--) { /* one cycle through all */
        x = x * 1664525u + 1013904223u;
        uint32_t j = (x >> 2) % (uint32_t)i, t = next[i];
        next[i] = next[j], next[j] = t;
    }
}

static __attribute__((noinline)) void run(int n) {
    uint32_t at = 0;
    for (int i = 0; i < n; i++) at = next[at];
    for (int i = 0; i < n / 2; i++) at = next[at];
    place = at;
}

static double checksum(int n) {
    (void)n;
    return place;
}

#include "kernel.h"
