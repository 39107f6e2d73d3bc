/* Spectral norm: products with a matrix that is computed, not stored; divisions dominate. */
#include <math.h>
#include <stdlib.h>
#define DEFAULT_SIZE 1500

static double *u, *v, *w, norm;

static void setup(int n) {
    u = malloc(sizeof(double) * (size_t)n), v = malloc(sizeof(double) * (size_t)n), w = malloc(sizeof(double) * (size_t)n);
}

static double element(int i, int j) {
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static __attribute__((noinline)) void multiply(const double *from, double *to, int n, int transposed) {
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++) sum += (transposed ? element(j, i) : element(i, j)) * from[j];
        to[i] = sum;
    }
}

static void run(int n) {
    double vv = 0, uv = 0;
    for (int i = 0; i < n; i++) u[i] = 1;
    for (int i = 0; i < 4; i++) {
        multiply(u, w, n, 0), multiply(w, v, n, 1);
        multiply(v, w, n, 0), multiply(w, u, n, 1);
    }
    for (int i = 0; i < n; i++) uv += u[i] * v[i], vv += v[i] * v[i];
    norm = sqrt(uv / vv);
}

static double checksum(int n) {
    (void)n;
    return norm;
}

#include "kernel.h"
