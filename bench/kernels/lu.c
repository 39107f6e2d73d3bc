/* LU decomposition of a matrix of doubles, in place, without pivots. */
#include <stdlib.h>
#define DEFAULT_SIZE 700

static double *a;

static void setup(int n) {
    a = malloc(sizeof(double) * (size_t)n * (size_t)n);
}

static __attribute__((noinline)) void decompose(int n) {
    for (int k = 0; k < n; k++)
        for (int i = k + 1; i < n; i++) {
            double factor = a[i * n + k] /= a[k * n + k];
            for (int j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
        }
}

static void run(int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) a[i * n + j] = i == j ? n : (i * 31 + j * 17) % 100 / 100.0;
    decompose(n);
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += a[i] * (i % 3 + 1);
    return sum;
}

#include "kernel.h"
