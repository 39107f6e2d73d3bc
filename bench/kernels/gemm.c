/* Product of two square matrices of doubles whose size the compiler knows. */
#define DEFAULT_SIZE 512
#define N DEFAULT_SIZE

static double a[N][N], b[N][N], c[N][N];

static void setup(int size) {
    (void)size;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * j % 101) / 101.0;
            b[i][j] = (i * (j + 1) % 97) / 97.0;
        }
}

static __attribute__((noinline)) void run(int size) {
    (void)size;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) c[i][j] = 0;
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
    }
}

static double checksum(int size) {
    double sum = 0;
    (void)size;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) sum += c[i][j] * (i % 5 - 2);
    return sum;
}

#include "kernel.h"
