/* A calculator whose errors leave a recursive parser: `longjmp`, which is a WebAssembly exception there. */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#define DEFAULT_SIZE 40000
#define ERROR_SHARE 8

#ifdef __wasm__
__asm__(".globl __c_longjmp\n.tagtype __c_longjmp i32\n__c_longjmp:\n");
#endif

static char *text;
static const char *at;
static uint32_t state = 1;
static jmp_buf on_error;
static long long sum, errors;

static uint32_t next_random(void) {
    state = state * 1664525 + 1013904223;
    return state >> 16;
}

static char *expression(char *p, int depth) {
    if (!depth || next_random() % 8 == 0) {
        *p++ = (char)('1' + next_random() % 9);
        return p;
    }
    *p++ = '(';
    p = expression(p, depth - 1);
    *p++ = "+-*/"[next_random() % 4];
    p = expression(p, depth - 1);
    *p++ = ')';
    return p;
}

static void setup(int n) {
    char *p = text = malloc((size_t)n * 132 + 1);
    for (int i = 0; i < n; i++) {
        char *first = p;
        p = expression(p, 5);
        if (i % ERROR_SHARE == 0) first[(p - first) * 2 / 3] = '?';
        *p++ = '\n';
    }
    *p = 0;
}

static _Noreturn __attribute__((noinline)) void fail(int what) {
    longjmp(on_error, what);
}

static __attribute__((noinline)) int32_t value(void) {
    if (*at >= '0' && *at <= '9') return *at++ - '0';
    if (*at++ != '(') fail(1);
    int32_t a = value(), b;
    char operator = *at++;
    b = value();
    if (*at++ != ')') fail(2);
    switch (operator) {
    case '+': return (int32_t)((uint32_t)a + (uint32_t)b);
    case '-': return (int32_t)((uint32_t)a - (uint32_t)b);
    case '*': return (int32_t)((uint32_t)a * (uint32_t)b);
    case '/':
        if (!b) fail(3);
        return b == -1 ? (int32_t)(0 - (uint32_t)a) : a / b;
    }
    fail(4);
}

static __attribute__((noinline)) void line(void) {
    const char *start = at;
    int what = setjmp(on_error);
    if (what) errors += what;
    else sum += value();
    at = start;
    while (*at++ != '\n') continue;
}

static void run(int n) {
    at = text, sum = errors = 0;
    for (int i = 0; i < n; i++) line();
}

static double checksum(int n) {
    (void)n;
    return (double)sum + (double)errors / 1048576;
}

#include "kernel.h"
