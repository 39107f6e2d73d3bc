/* Quicksort of 32-bit numbers: compares and swaps, branches that cannot be foretold. */
#include <stdint.h>
#include <stdlib.h>
#define DEFAULT_SIZE 1000000

static int32_t *numbers;

static void setup(int n) {
    numbers = malloc(sizeof(int32_t) * (size_t)n);
}

static void sort(int32_t *a, int low, int high) {
    while (low < high) {
        int32_t pivot = a[low + (high - low) / 2];
        int i = low - 1, j = high + 1;
        for (;;) {
            do i++;
            while (a[i] < pivot);
            do j--;
            while (a[j] > pivot);
            if (i >= j) break;
            int32_t t = a[i];
            a[i] = a[j], a[j] = t;
        }
        sort(a, low, j);
        low = j + 1;
    }
}

static void run(int n) {
    uint32_t x = 12345;
    for (int i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        numbers[i] = (int32_t)(x ^ x >> 15);
    }
    sort(numbers, 0, n - 1);
}

static double checksum(int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)numbers[i] * (i % 3);
    return sum;
}

#include "kernel.h"
