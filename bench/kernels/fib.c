/* Fibonacci numbers by recursion: calls. */
#define DEFAULT_SIZE 36

static int result;

static void setup(int n) {
    (void)n;
}

static __attribute__((noinline)) int fib(int n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void run(int n) {
    result = fib(n);
}

static double checksum(int n) {
    (void)n;
    return result;
}

#include "kernel.h"
