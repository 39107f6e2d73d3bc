/* All of the work in one call of main, in one loop: what moves to better code has to move while it runs.
 *
 * Prints as kernels do (kernels/kernel.h). usage: one_call [MILLIONS OF ROUNDS [REPETITIONS, ignored]]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint32_t table[4096];

int main(int argc, char **argv) {
    uint64_t rounds = (uint64_t)(argc > 1 ? atoi(argv[1]) : 100) * 1000000;
    struct timespec start, end;
    uint32_t x = 2463534242u, sum = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (uint64_t i = 0; i < rounds; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        table[x & 4095] += x;
        sum = sum * 31 + table[(x >> 12) & 4095];
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
    printf("checksum %u\nseconds %.6f\n", sum, seconds);
    return 0;
}
