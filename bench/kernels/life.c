/* The Game of Life on a torus of bytes. */
#include <stdint.h>
#include <stdlib.h>
#define DEFAULT_SIZE 512

static uint8_t *cells, *next;

static void setup(int n) {
    cells = malloc((size_t)n * n), next = malloc((size_t)n * n);
}

static __attribute__((noinline)) void step(const uint8_t *from, uint8_t *to, int n) {
    for (int y = 0; y < n; y++) {
        const uint8_t *row = from + y * n, *above = from + (y + n - 1) % n * n, *below = from + (y + 1) % n * n;
        for (int x = 0; x < n; x++) {
            int left = x ? x - 1 : n - 1, right = x < n - 1 ? x + 1 : 0;
            int around = above[left] + above[x] + above[right] + row[left] + row[right] + below[left] + below[x] + below[right];
            to[y * n + x] = around == 3 || (around == 2 && row[x]);
        }
    }
}

static void run(int n) {
    uint32_t x = 99;
    for (int i = 0; i < n * n; i++) {
        x = x * 1664525u + 1013904223u;
        cells[i] = x >> 30 == 0;
    }
    for (int i = 0; i < 20; i++) {
        step(cells, next, n);
        step(next, cells, n);
    }
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += cells[i] * (double)(i % 1013);
    return sum;
}

#include "kernel.h"
