/* The Mandelbrot set by several threads, which take row after row: prints seconds and a checksum.
 *
 * usage: mandelbrot_threads THREADS SIZE ITERATIONS
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAX_THREADS = 64 };

static int size, limit, next_row;
static uint16_t *image;

static int escape_time(double cx, double cy) {
    double x = 0, y = 0;
    int n = 0;
    while (n < limit && x * x + y * y <= 4) {
        double next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
        n++;
    }
    return n;
}

static void *take_rows(void *unused) {
    for (;;) {
        int row = __atomic_fetch_add(&next_row, 1, __ATOMIC_RELAXED);
        if (row >= size) return unused;
        for (int column = 0; column < size; column++)
            image[row * size + column] = (uint16_t)escape_time(-2.1 + 2.7 * column / size, -1.2 + 2.4 * row / size);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int threads = atoi(argv[1]);
    size = atoi(argv[2]), limit = atoi(argv[3]);
    image = malloc(sizeof *image * (size_t)size * (size_t)size);
    if (!image || threads < 1 || threads > MAX_THREADS) return 2;
    pthread_t others[MAX_THREADS];
    double start = now();
    for (int i = 1; i < threads; i++)
        if (pthread_create(&others[i], NULL, take_rows, NULL)) return 1;
    take_rows(NULL);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    double seconds = now() - start;
    uint64_t sum = 0;
    for (int i = 0; i < size * size; i++) sum = sum * 31 + image[i];
    printf("seconds %.4f\nchecksum %llu\n", seconds, (unsigned long long)(sum & 0xFFFFFFFF));
    return 0;
}
