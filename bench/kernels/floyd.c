/* Shortest ways between all pairs (Floyd and Warshall): minima of integers. */
#include <stdint.h>
#include <stdlib.h>
#define DEFAULT_SIZE 400

static int32_t *d;

static void setup(int n) {
    d = malloc(sizeof(int32_t) * (size_t)n * (size_t)n);
}

static __attribute__((noinline)) void relax(int n) {
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++) {
            int32_t first = d[i * n + k];
            for (int j = 0; j < n; j++) {
                int32_t way = first + d[k * n + j];
                if (way < d[i * n + j]) d[i * n + j] = way;
            }
        }
}

static void run(int n) {
    uint32_t x = 3;
    for (int i = 0; i < n * n; i++) {
        x = x * 1664525u + 1013904223u;
        d[i] = i % (n + 1) ? 1 + (int32_t)(x >> 16) % 10000 : 0;
    }
    relax(n);
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += d[i] * (double)(i % 11);
    return sum;
}

#include "kernel.h"
