/* A codec of the LZ77 family: matches found by a hash of four bytes, packed, and unpacked again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define DEFAULT_SIZE 3000000
#define HASH_BITS 14

static uint8_t *text, *packed, *unpacked;
static int positions[1 << HASH_BITS], packed_size, same;

static void setup(int n) {
    uint32_t x = 1;
    text = malloc((size_t)n), packed = malloc((size_t)n * 2 + 64), unpacked = malloc((size_t)n + 64);
    for (int i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        text[i] = i > 64 && (x >> 24) < 220 ? text[i - 1 - (i / 50) % 60] : (uint8_t)('a' + (x >> 16) % 20);
    }
}

static uint32_t word(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *put_length(uint8_t *out, int length) {
    for (; length >= 255; length -= 255) *out++ = 255;
    *out++ = (uint8_t)length;
    return out;
}

static __attribute__((noinline)) int pack(int n) {
    uint8_t *out = packed;
    int at = 0, start = 0;
    for (int i = 0; i < 1 << HASH_BITS; i++) positions[i] = -1;
    while (at + 4 <= n) {
        uint32_t w = word(text + at), slot = w * 2654435761u >> (32 - HASH_BITS);
        int found = positions[slot], length = 4;
        positions[slot] = at;
        if (found < 0 || at - found > 65535 || word(text + found) != w) {
            at++;
            continue;
        }
        while (at + length < n && text[found + length] == text[at + length]) length++;
        out = put_length(out, at - start);
        memcpy(out, text + start, (size_t)(at - start));
        out += at - start;
        *out++ = (uint8_t)(at - found), *out++ = (uint8_t)((at - found) >> 8);
        out = put_length(out, length);
        at += length;
        start = at;
    }
    out = put_length(out, n - start);
    memcpy(out, text + start, (size_t)(n - start));
    return (int)(out + (n - start) - packed);
}

static __attribute__((noinline)) void unpack(int size) {
    const uint8_t *in = packed, *end = packed + size;
    uint8_t *out = unpacked;
    for (;;) {
        int length = 0, byte;
        do length += byte = *in++;
        while (byte == 255);
        memcpy(out, in, (size_t)length);
        out += length, in += length;
        if (in >= end) return;
        int distance = in[0] | in[1] << 8;
        in += 2, length = 0;
        do length += byte = *in++;
        while (byte == 255);
        for (int i = 0; i < length; i++) out[i] = out[i - distance];
        out += length;
    }
}

static void run(int n) {
    packed_size = pack(n);
    unpack(packed_size);
    same = !memcmp(text, unpacked, (size_t)n);
}

static double checksum(int n) {
    (void)n;
    return packed_size + same * 0.5;
}

#include "kernel.h"
