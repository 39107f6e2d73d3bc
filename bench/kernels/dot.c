/* Dot products by vectors of four floats. */
#include <stdlib.h>
#define DEFAULT_SIZE 1000000

typedef float float4 __attribute__((vector_size(16)));

static float4 *a, *b;
static float result;

static void setup(int n) {
    a = aligned_alloc(16, sizeof(float4) * (size_t)(n / 4)), b = aligned_alloc(16, sizeof(float4) * (size_t)(n / 4));
    for (int i = 0; i < n / 4 * 4; i++) {
        ((float *)a)[i] = (float)(i % 16) * 0.25f;
        ((float *)b)[i] = (float)(i % 8) * 0.5f;
    }
}

static __attribute__((noinline)) void run(int n) {
    float sum = 0;
    for (int repeat = 0; repeat < 8; repeat++) {
        float4 sums = {0, 0, 0, 0};
        for (int i = 0; i < n / 4; i++) sums += a[i] * b[i];
        sum += sums[0] + sums[1] + sums[2] + sums[3];
    }
    result = sum;
}

static double checksum(int n) {
    (void)n;
    return result;
}

#include "kernel.h"
