/* The frame of every kernel: runs it several times, prints a checksum and the shortest time in seconds.
 *
 * A kernel file defines setup, run and checksum, and includes this last. usage: KERNEL [SIZE [REPETITIONS]]
 * After two seconds it is not repeated any more.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ENOUGH_S 2

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    volatile int size = argc > 1 ? atoi(argv[1]) : DEFAULT_SIZE; /* read each time: nothing is computed once for all */
    int repetitions = argc > 2 ? atoi(argv[2]) : 5;
    double best = 1e9;
    setup(size);
    double first = now();
    for (int i = 0; i < repetitions && (!i || now() - first < ENOUGH_S); i++) {
        double start = now();
        run(size);
        double seconds = now() - start;
        if (seconds < best) best = seconds;
    }
    printf("checksum %.17g\nseconds %.6f\n", checksum(size), best);
    return 0;
}
