/* Product of two square matrices of doubles, rows innermost. */
#include <stdlib.h>
#define DEFAULT_SIZE 512

static double *a, *b, *c;

static void setup(int n) {
    size_t bytes = (size_t)n * n * sizeof(double);
    a = malloc(bytes), b = malloc(bytes), c = malloc(bytes);
    for (int i = 0; i < n * n; i++) {
        a[i] = (i * 7 % 101) / 101.0;
        b[i] = (i * 13 % 97) / 97.0;
    }
}

static __attribute__((noinline)) void run(int n) {
    for (int i = 0; i < n; i++) {
        double *row = c + (size_t)i * n;
        for (int j = 0; j < n; j++) row[j] = 0;
        for (int k = 0; k < n; k++) {
            double factor = a[(size_t)i * n + k];
            const double *other = b + (size_t)k * n;
            for (int j = 0; j < n; j++) row[j] += factor * other[j];
        }
    }
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += c[i] * (i % 5 - 2);
    return sum;
}

#include "kernel.h"
