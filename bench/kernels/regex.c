/* A matcher of regular expressions by backtracking: literals, ., *, +, ?, classes, anchors. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define DEFAULT_SIZE 400000

static char *text;
static int matches;
static const char *patterns[] = {"ab+a.c", "[a-c]+x[0-9]*y", "q.*z$", "(none)", "a?b?c?d", "[^a-m]+[0-3]"};

static void setup(int n) {
    uint32_t x = 7;
    text = malloc((size_t)n + 1);
    for (int i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        text[i] = (x >> 20) % 40 == 0 ? '\0' : "abcabcxyqz0123456789abcdefghmn"[(x >> 24) % 30];
    }
    text[n] = '\0';
}

static const char *next_item(const char *p) {
    if (*p == '[')
        while (*p != ']') p++;
    return p + 1;
}

static int is_in(const char *p, char c) {
    if (*p == '.') return 1;
    if (*p != '[') return *p == c;
    int negated = p[1] == '^', found = 0;
    for (p += 1 + negated; *p != ']'; p++) {
        if (p[1] == '-' && p[2] != ']') {
            found |= p[0] <= c && c <= p[2];
            p += 2;
        } else {
            found |= *p == c;
        }
    }
    return found != negated;
}

static int match(const char *p, const char *s) {
    if (!*p) return 1;
    if (*p == '$' && !p[1]) return !*s;
    const char *next = next_item(p);
    if (*next == '*' || *next == '+' || *next == '?') {
        int least = *next == '+', most = *next == '?' ? 1 : 1 << 30, count = 0;
        while (count < most && s[count] && is_in(p, s[count])) count++;
        for (; count >= least; count--)
            if (match(next + 1, s + count)) return 1;
        return 0;
    }
    return *s && is_in(p, *s) && match(next, s + 1);
}

static __attribute__((noinline)) void run(int n) {
    matches = 0;
    for (const char *line = text; line < text + n; line += strlen(line) + 1)
        for (int i = 0; i < 6; i++)
            for (const char *s = line; *s; s++)
                if (match(patterns[i], s)) {
                    matches += i + 1;
                    break;
                }
}

static double checksum(int n) {
    (void)n;
    return matches;
}

#include "kernel.h"
