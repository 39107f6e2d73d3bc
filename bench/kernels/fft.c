/* A fast Fourier transform in place and its inverse, of 2^SIZE complex numbers. */
#include <math.h>
#include <stdlib.h>
#define DEFAULT_SIZE 18

static double *re, *im, *cosine, *sine;

static void setup(int bits) {
    size_t n = (size_t)1 << bits;
    re = malloc(sizeof(double) * n), im = malloc(sizeof(double) * n);
    cosine = malloc(sizeof(double) * n), sine = malloc(sizeof(double) * n);
    double c = 1, s = 0, dc = 1, ds = 0;
    for (int i = 0; i < bits - 2; i++) { /* halve the right angle, again and again: the same bits in every language */
        double half = i ? sqrt((1 + dc) / 2) : sqrt(0.5);
        ds = i ? ds / (2 * half) : sqrt(0.5);
        dc = half;
    }
    for (size_t i = 0; i < n / 2; i++) {
        cosine[i] = c, sine[i] = s;
        double next = c * dc - s * ds;
        s = s * dc + c * ds, c = next;
    }
}

static __attribute__((noinline)) void transform(int bits, double sign) {
    int n = 1 << bits;
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) {
            double t = re[i];
            re[i] = re[j], re[j] = t, t = im[i], im[i] = im[j], im[j] = t;
        }
    }
    for (int half = 1, step = n / 2; half < n; half *= 2, step /= 2)
        for (int start = 0; start < n; start += 2 * half)
            for (int k = 0; k < half; k++) {
                int a = start + k, b = a + half;
                double c = cosine[k * step], s = sign * sine[k * step];
                double x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
                re[b] = re[a] - x, im[b] = im[a] - y, re[a] += x, im[a] += y;
            }
}

static void run(int bits) {
    for (int i = 0; i < 1 << bits; i++) re[i] = i * 37 % 101, im[i] = 0;
    transform(bits, -1);
    transform(bits, 1);
}

static double checksum(int bits) {
    double sum = 0;
    for (int i = 0; i < 1 << bits; i++) sum += re[i] * (i % 7) + im[i];
    return sum;
}

#include "kernel.h"
