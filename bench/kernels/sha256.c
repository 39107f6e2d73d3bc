/* SHA-256 of a buffer: 32-bit rotations, additions and table look-ups. The constants are derived, not listed. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#define DEFAULT_SIZE 8000000

static uint8_t *data;
static uint32_t k[64], initial[8], state[8];

static uint32_t fraction(double x) {
    return (uint32_t)((x - floor(x)) * 4294967296.0);
}

static void setup(int n) {
    int found = 0;
    for (int candidate = 2; found < 64; candidate++) {
        int prime = 1;
        for (int d = 2; d * d <= candidate; d++) prime &= candidate % d != 0;
        if (!prime) continue;
        if (found < 8) initial[found] = fraction(sqrt(candidate));
        k[found++] = fraction(cbrt(candidate));
    }
    data = malloc((size_t)n);
    for (int i = 0; i < n; i++) data[i] = (uint8_t)(i * 167 + (i >> 8));
}

static inline uint32_t rotate(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

static __attribute__((noinline)) void block(const uint8_t *p) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + w[i - 7] + (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
    }
    for (int i = 0; i < 8; i++) s[i] = state[i];
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                      ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
        uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
                      ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--) s[j] = s[j - 1];
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

static void run(int n) {
    for (int i = 0; i < 8; i++) state[i] = initial[i];
    for (int at = 0; at + 64 <= n; at += 64) block(data + at);
}

static double checksum(int n) {
    (void)n;
    return (double)(state[0] ^ state[3]) + (double)state[7] / 4294967296.0;
}

#include "kernel.h"
