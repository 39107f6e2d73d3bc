/* Ordinary C: arguments, environment, standard input, files, heap, qsort, printf. Each part prints what it computed. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *word;
    unsigned count;
} Entry;

typedef struct {
    Entry *entries;
    size_t used, capacity;
} Table;

static uint32_t fnv1a(const char *s) {
    uint32_t hash = 2166136261u;
    while (*s) hash = (hash ^ (uint8_t)*s++) * 16777619u;
    return hash;
}

static void table_add(Table *table, const char *word) {
    for (size_t i = 0; i < table->used; i++)
        if (!strcmp(table->entries[i].word, word)) {
            table->entries[i].count++;
            return;
        }
    if (table->used == table->capacity) {
        table->capacity = table->capacity ? 2 * table->capacity : 4;
        table->entries = realloc(table->entries, table->capacity * sizeof *table->entries);
    }
    table->entries[table->used++] = (Entry){strdup(word), 1};
}

static int by_count(const void *a, const void *b) {
    const Entry *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->word, y->word);
}

static void count_words(FILE *in, const char *label) {
    Table table = {0};
    char word[64];
    while (fscanf(in, "%63s", word) == 1) table_add(&table, word);
    qsort(table.entries, table.used, sizeof *table.entries, by_count);
    printf("%s: %zu different words\n", label, table.used);
    for (size_t i = 0; i < table.used && i < 5; i++)
        printf("  %-10s %3u %08" PRIx32 "\n", table.entries[i].word, table.entries[i].count, fnv1a(table.entries[i].word));
    for (size_t i = 0; i < table.used; i++) free(table.entries[i].word);
    free(table.entries);
}

static void count_file(const char *path) {
    FILE *in = fopen(path, "r");
    if (!in) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    count_words(in, path);
    fclose(in);
}

static void write_and_read_back(const char *path) {
    FILE *out = fopen(path, "w+");
    if (!out) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    for (int i = 0; i < 1000; i++) fprintf(out, "%d\n", i * i);
    fseek(out, -8, SEEK_END);
    char tail[16] = {0};
    size_t n = fread(tail, 1, sizeof tail - 1, out);
    printf("tail of %ld bytes, %zu read: %s", ftell(out), n, tail);
    fclose(out);
    printf("removed: %d\n", remove(path));
}

static double simpson(double (*f)(double), double a, double b, int n) {
    double h = (b - a) / n, sum = f(a) + f(b);
    for (int i = 1; i < n; i++) sum += f(a + i * h) * (i % 2 ? 4 : 2);
    return sum * h / 3;
}

static void numbers(void) {
    static double (*const functions[])(double) = {sin, exp, sqrt, fabs};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        printf("integral %zu: %.17g %a\n", i, simpson(functions[i], 0.5, 2, 1000), simpson(functions[i], 0.5, 2, 10));
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    printf("xorshift %" PRIu64 " mod %" PRIu64 " %" PRId64 "\n", state, state % 1000003, (int64_t)state / 77);
    printf("%g %g %g %.3f %e\n", NAN, -INFINITY, -0.0, 1e15 / 7, 5e-324);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
    printf("GREETING=%s\n", getenv("GREETING") ? getenv("GREETING") : "(unset)");
    numbers();
    count_words(stdin, "stdin");
    count_file("/data/words.txt");
    count_file("/data/missing.txt");
    count_file("/etc/passwd");
    write_and_read_back("/data/squares.txt");
    fprintf(stderr, "done\n");
    return argc > 1 ? atoi(argv[1]) : 0;
}
