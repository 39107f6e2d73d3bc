/* The Mandelbrot set as text, with a checksum of all iteration counts.
 *
 * usage: mandelbrot [WIDTH [ITERATIONS]]
 * built: python -m ziglang cc -target wasm32-wasi -O2 -s -o mandelbrot.wasm mandelbrot.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int escape_time(double cx, double cy, int limit) {
    double x = 0, y = 0, xx = 0, yy = 0;
    int n = 0;
    while (n < limit && xx + yy <= 4) {
        y = 2 * x * y + cy;
        x = xx - yy + cx;
        xx = x * x;
        yy = y * y;
        n++;
    }
    return n;
}

int main(int argc, char **argv) {
    int width = argc > 1 ? atoi(argv[1]) : 78;
    int limit = argc > 2 ? atoi(argv[2]) : 50000;
    if (width < 8 || width > 1000 || limit < 1) {
        fprintf(stderr, "usage: mandelbrot [WIDTH (8 to 1000) [ITERATIONS]]\n");
        return 2;
    }
    static const char shades[] = " .,:;=+*xoX%#&$@";
    const int height = width * 5 / 12;
    uint64_t sum = 0;
    for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
            int n = escape_time(-2.1 + 2.7 * column / width, -1.2 + 2.4 * row / height, limit);
            sum = sum * 31 + (uint64_t)n;
            putchar(n == limit ? '@' : shades[n % 15]);
        }
        putchar('\n');
    }
    printf("%d x %d, %d iterations at most, checksum %016llx\n", width, height, limit, (unsigned long long)sum);
    return 0;
}
