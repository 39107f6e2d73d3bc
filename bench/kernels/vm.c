/* A machine for byte code, which adds up primes found by trial division: loads, a dispatch, stores. */
#include <stdint.h>
#define DEFAULT_SIZE 150000

enum { PUSH, LOAD, STORE, ADD, SUB, MUL, MOD, LESS, JUMP, BRANCH, HALT };

static int32_t result;
/* sum = 0; for (n = 2; n < limit; n++) { for (d = 2; d*d <= n; d++) if (n % d == 0) goto next; sum += n; next:; } */
static const int16_t code[] = {
    PUSH, 0, STORE, 0, PUSH, 2, STORE, 1,                           /* 0 */
    LOAD, 1, LOAD, 3, LESS, BRANCH, 16, HALT,                       /* 8 */
    PUSH, 2, STORE, 2,                                              /* 16 */
    LOAD, 1, LOAD, 2, LOAD, 2, MUL, LESS, BRANCH, 48,               /* 20 */
    LOAD, 1, LOAD, 2, MOD, BRANCH, 39, JUMP, 55,                    /* 30 */
    LOAD, 2, PUSH, 1, ADD, STORE, 2, JUMP, 20,                      /* 39 */
    LOAD, 0, LOAD, 1, ADD, STORE, 0,                                /* 48 */
    LOAD, 1, PUSH, 1, ADD, STORE, 1, JUMP, 8,                       /* 55 */
};

static void setup(int n) {
    (void)n;
}

static __attribute__((noinline)) int32_t execute(const int16_t *program, int32_t limit) {
    int32_t stack[16], variables[4] = {0, 0, 0, limit}, *top = stack;
    for (int pc = 0;;) {
        switch (program[pc++]) {
            case PUSH: *top++ = program[pc++]; break;
            case LOAD: *top++ = variables[program[pc++]]; break;
            case STORE: variables[program[pc++]] = *--top; break;
            case ADD: top--, top[-1] += top[0]; break;
            case SUB: top--, top[-1] -= top[0]; break;
            case MUL: top--, top[-1] *= top[0]; break;
            case MOD: top--, top[-1] %= top[0]; break;
            case LESS: top--, top[-1] = top[-1] < top[0]; break;
            case JUMP: pc = program[pc]; break;
            case BRANCH: pc = *--top ? program[pc] : pc + 1; break;
            default: return variables[0];
        }
    }
}

static void run(int n) {
    static int16_t fixed[sizeof code / sizeof *code];
    for (unsigned i = 0; i < sizeof code / sizeof *code; i++) fixed[i] = code[i];
    result = execute(fixed, n);
}

static double checksum(int n) {
    (void)n;
    return result;
}

#include "kernel.h"
