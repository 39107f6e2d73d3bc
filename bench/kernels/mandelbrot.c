/* The Mandelbrot set: a loop of doubles whose length depends on the data. */
#define DEFAULT_SIZE 600

static long long total;

static void setup(int n) {
    (void)n;
}

static __attribute__((noinline)) void run(int n) {
    total = 0;
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++) {
            double cx = 3.0 * column / n - 2.25, cy = 3.0 * row / n - 1.5, x = 0, y = 0;
            int i = 0;
            for (; i < 200 && x * x + y * y < 4; i++) {
                double next = x * x - y * y + cx;
                y = 2 * x * y + cy;
                x = next;
            }
            total += i;
        }
}

static double checksum(int n) {
    (void)n;
    return (double)total;
}

#include "kernel.h"
