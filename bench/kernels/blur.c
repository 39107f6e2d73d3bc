/* An image filter, three by three, by vectors of eight 16-bit numbers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define DEFAULT_SIZE 1024

typedef uint16_t short8 __attribute__((vector_size(16)));

static uint16_t *image, *blurred;

static void setup(int n) {
    size_t bytes = sizeof(uint16_t) * (size_t)n * (size_t)n + 64;
    image = malloc(bytes), blurred = calloc(1, bytes);
    for (int i = 0; i < n * n; i++) image[i] = (uint16_t)(i * 73 % 256);
}

static inline short8 at(const uint16_t *p) {
    short8 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline short8 row(const uint16_t *p) {
    return at(p - 1) + at(p) * 2 + at(p + 1);
}

static __attribute__((noinline)) void filter(int n) {
    for (int y = 1; y < n - 1; y++)
        for (int x = 1; x + 8 < n; x += 8) {
            const uint16_t *p = image + y * n + x;
            short8 sum = (row(p - n) + row(p) * 2 + row(p + n)) >> 4;
            memcpy(blurred + y * n + x, &sum, sizeof sum);
        }
}

static void run(int n) {
    for (int i = 0; i < 8; i++) filter(n);
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += blurred[i] * (double)(i % 7);
    return sum;
}

#include "kernel.h"
