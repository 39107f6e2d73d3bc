/* Heat flow on a square: 40 steps of a five-point stencil between two grids of doubles. */
#include <stdlib.h>
#define DEFAULT_SIZE 700

static double *now_grid, *next_grid;

static void setup(int n) {
    now_grid = calloc((size_t)n * n, sizeof(double));
    next_grid = calloc((size_t)n * n, sizeof(double));
}

static __attribute__((noinline)) void step(const double *from, double *to, int n) {
    for (int i = 1; i < n - 1; i++) {
        const double *row = from + (size_t)i * n;
        for (int j = 1; j < n - 1; j++)
            to[(size_t)i * n + j] = 0.6 * row[j] + 0.1 * (row[j - 1] + row[j + 1] + row[j - n] + row[j + n]);
    }
}

static void run(int n) {
    for (int i = 0; i < n * n; i++) now_grid[i] = next_grid[i] = (i * 31 % 1009) / 1009.0;
    for (int t = 0; t < 20; t++) {
        step(now_grid, next_grid, n);
        step(next_grid, now_grid, n);
    }
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += now_grid[i] * (i % 7 - 3);
    return sum;
}

#include "kernel.h"
