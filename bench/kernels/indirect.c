/* Calls through a table of functions, chosen by data. */
#include <stdint.h>
#define DEFAULT_SIZE 20000000

static uint32_t state;

static uint32_t add(uint32_t x) { return x + 0x9e3779b9u; }
static uint32_t twist(uint32_t x) { return x ^ x >> 13; }
static uint32_t scale(uint32_t x) { return x * 2654435761u; }
static uint32_t turn(uint32_t x) { return x << 7 | x >> 25; }

static uint32_t (*const volatile functions[4])(uint32_t) = {add, twist, scale, turn};

static void setup(int n) {
    (void)n;
}

static __attribute__((noinline)) void run(int n) {
    uint32_t x = 1;
    for (int i = 0; i < n; i++) x = functions[(x ^ i) & 3](x);
    state = x;
}

static double checksum(int n) {
    (void)n;
    return state;
}

#include "kernel.h"
