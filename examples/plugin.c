/* A plugin for plugin.py: it gets lines of text, and gives back what its host shall do with them by two functions
 * of the host. It needs no C library.
 *
 * built: python -m ziglang cc -target wasm32-freestanding -O2 -nostdlib -s -Wl,--no-entry -o plugin.wasm plugin.c
 */
#include <stddef.h>
#include <stdint.h>

__attribute__((import_module("host"), import_name("emit"))) void emit(const char *text, size_t length);
__attribute__((import_module("host"), import_name("lookup"))) double lookup(const char *name, size_t length);

static char heap[1 << 16];
static size_t used;

/* Room for `size` bytes that the host writes; everything is given back by `reset`. 0 if there is none. */
__attribute__((export_name("allocate"))) void *allocate(size_t size) {
    if (size > sizeof heap - used) return 0;
    void *place = heap + used;
    used += (size + 7) & ~(size_t)7;
    return place;
}

__attribute__((export_name("reset"))) void reset(void) {
    used = 0;
}

static int is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Emit every word of a line in upper case; returns how many there were. */
__attribute__((export_name("shout"))) int shout(const char *line, size_t length) {
    char word[256];
    int words = 0;
    for (size_t i = 0; i < length;) {
        size_t n = 0;
        for (; i < length && is_letter(line[i]) && n < sizeof word; i++) word[n++] = line[i] & ~0x20;
        if (n) {
            emit(word, n);
            words++;
        } else {
            i++;
        }
    }
    return words;
}

/* The sum of `price * count` over a basket of names that the host knows the prices of. */
__attribute__((export_name("total"))) double total(const char *names, size_t length, double count) {
    double sum = 0;
    for (size_t i = 0, start = 0; i <= length; i++)
        if (i == length || names[i] == ' ') {
            if (i > start) sum += lookup(names + start, i - start);
            start = i + 1;
        }
    return sum * count;
}

/* A fault, to show what the host sees of it. */
__attribute__((export_name("crash"))) int crash(int address) {
    return *(volatile int *)address;
}
