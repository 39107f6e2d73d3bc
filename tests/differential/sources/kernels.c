// Computations whose results show every bit: printed exactly, or folded into a checksum.
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9E3779B97F4A7C15ull;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static double random_double(void) {
  uint64_t bits = next();
  double value;
  memcpy(&value, &bits, sizeof value);
  return value == value ? value : 1.0;
}

static uint64_t fold(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x100000001B3ull; }

static uint64_t fold_double(uint64_t sum, double value) {
  uint64_t bits;
  if (value != value) return fold(sum, 0x7FF8);
  memcpy(&bits, &value, sizeof bits);
  return fold(sum, bits);
}

static void bit_tricks(void) {
  uint64_t sum = 0;
  for (int i = 0; i < 2000; i++) {
    uint64_t x = next() >> (next() & 63);
    uint32_t y = (uint32_t)x;
    sum = fold(sum, x & -x);
    sum = fold(sum, (uint64_t)__builtin_popcountll(x) << 8 | (x ? __builtin_clzll(x) : 64));
    sum = fold(sum, (y >> 3 | y << 29) ^ __builtin_bswap32(y));
    sum = fold(sum, (x >> (y & 63)) | (x << (-y & 63)));
    sum = fold(sum, (uint64_t)(int8_t)x + (uint64_t)(int16_t)(x >> 5) + (uint64_t)(int32_t)(x >> 11));
    y = (y & 0x55555555) + (y >> 1 & 0x55555555);
    y = (y & 0x33333333) + (y >> 2 & 0x33333333);
    sum = fold(sum, ((y + (y >> 4)) & 0x0F0F0F0F) * 0x01010101u >> 24);
  }
  printf("bits %016" PRIx64 "\n", sum);
}

static void divisions(void) {
  uint64_t sum = 0;
  for (int i = 0; i < 2000; i++) {
    int64_t a = (int64_t)(next() >> (next() & 63)), b = (int64_t)(next() >> (next() & 63)) | 1;
    if (i & 1) a = -a;
    if (i & 2) b = -b;
    sum = fold(sum, (uint64_t)(a / b));
    sum = fold(sum, (uint64_t)(a % b));
    sum = fold(sum, (uint64_t)a / (uint64_t)b);
    sum = fold(sum, (uint64_t)((int32_t)a / 7 + (int32_t)a % 10 + a / 1000000007 + (int64_t)((uint64_t)a / 10)));
    unsigned __int128 wide = (unsigned __int128)(uint64_t)a * (uint64_t)b;
    sum = fold(sum, (uint64_t)(wide >> 64));
    sum = fold(sum, (uint64_t)((wide ^ (unsigned __int128)a << 70) / ((uint64_t)b >> 3 | 1)));
    sum = fold(sum, (uint64_t)((__int128)a * b % 1000003));
  }
  printf("divisions %016" PRIx64 "\n", sum);
}

static void formats(void) {
  static const double fixed[] = {0.0, -0.0, 0.1, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740993.0};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
    printf("%a %.17g %g %e %.0f %+.3f\n", fixed[i], fixed[i], fixed[i], fixed[i], fixed[i], fixed[i]);
  uint64_t sum = 0;
  for (int i = 0; i < 300; i++) {
    char text[64], shorter[64];
    double value = random_double();
    snprintf(text, sizeof text, "%.17g", value);
    snprintf(shorter, sizeof shorter, "%.9g", value);
    sum = fold_double(sum, strtod(text, NULL));
    sum = fold_double(sum, strtod(shorter, NULL));
    sum = fold_double(sum, strtof(shorter, NULL));
    if (strtod(text, NULL) != value) printf("lost %s\n", text);
    for (char *c = shorter; *c; c++) sum = fold(sum, (unsigned char)*c);
  }
  printf("formats %016" PRIx64 " %g %g\n", sum, strtod("0x1.8p-3", NULL), strtod("-infinity", NULL));
}

static void long_doubles(void) {
  long double x = 1.0L;
  for (int i = 1; i < 40; i++) x = x * (i + 0.25L) / (i - 0.5L) - 1.0L / i;
  uint64_t parts[2];
  memcpy(parts, &x, sizeof parts);
  printf("long double %016" PRIx64 "%016" PRIx64 " %.17g %" PRId64 "\n", parts[1], parts[0], (double)x, (int64_t)x);
}

static void functions(void) {
  uint64_t sum = 0;
  for (int i = 0; i < 500; i++) {
    double x = (double)(int64_t)next() / 1e17, y = (double)(int32_t)next() / 3e8;
    sum = fold_double(sum, sin(x) + cos(y) * tan(x / 3));
    sum = fold_double(sum, pow(fabs(x), y) + exp(y) + log1p(fabs(x)) + cbrt(x));
    sum = fold_double(sum, fmod(x, y) + remainder(x, y) + hypot(x, y) + atan2(x, y));
    sum = fold_double(sum, sqrt(x) + sqrt(-x));
    sum = fold_double(sum, floor(x) + ceil(y) * rint(x) + trunc(y) + round(x) + nearbyint(y));
    sum = fold_double(sum, fma(x, y, -x) + ldexp(x, (int)y) + (double)(float)x + fmin(x, y) + fmax(x, -y));
    sum = fold(sum, (uint64_t)(int64_t)x + (uint64_t)(uint32_t)fabs(y) + (uint64_t)lrint(y) + (uint64_t)fabs(x));
    sum = fold_double(sum, (float)next() + (double)(int64_t)next() + (double)next() + (float)(int64_t)next());
  }
  printf("functions %016" PRIx64 "\n", sum);
}

typedef struct {
  uint8_t tag;
  double weight;
  char name[11];
  int16_t order;
} Item;

static int by_weight(const void *a, const void *b) {
  const Item *left = a, *right = b;
  return left->weight < right->weight ? -1 : left->weight > right->weight ? 1 : left->order - right->order;
}

static int by_name(const void *a, const void *b) { return strcmp(((const Item *)a)->name, ((const Item *)b)->name); }

static void sorting(void) {
  enum { COUNT = 700 };
  Item *items = malloc(COUNT * sizeof *items);
  int (*orders[2])(const void *, const void *) = {by_weight, by_name};
  for (int i = 0; i < COUNT; i++) {
    items[i] = (Item){.tag = (uint8_t)next(), .weight = (double)(int16_t)next() / 8, .order = (int16_t)i};
    snprintf(items[i].name, sizeof items[i].name, "%c%05u", 'a' + (char)(next() % 5), (unsigned)(next() % 99991));
  }
  for (int round = 0; round < 2; round++) {
    qsort(items, COUNT, sizeof *items, orders[round]);
    uint64_t sum = 0;
    for (int i = 0; i < COUNT; i++) sum = fold(fold_double(sum, items[i].weight), (uint64_t)items[i].order << 8 | items[i].tag);
    printf("sorted %016" PRIx64 " %s\n", sum, items[COUNT / 2].name);
  }
  free(items);
}

static void moves(void) {
  static unsigned char bytes[5000];
  uint64_t sum = 0;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(next() >> 40);
  for (int i = 0; i < 300; i++) {
    size_t from = next() % 2000, to = next() % 2000, count = next() % (i % 3 ? 40 : 2900);
    if (i % 4 == 0) to = from + next() % 9;
    memmove(bytes + to, bytes + from, count);
    for (size_t k = 1; k < count; k++) bytes[to + k] ^= (unsigned char)(bytes[to + k - 1] + k);
    for (size_t k = 0; k + 3 < count; k += 3) bytes[from + k] = bytes[from + k + 1];
    if (i % 5 == 0) memset(bytes + from, (int)i, count / 2);
    sum = fold(sum, (uint64_t)(memcmp(bytes + from, bytes + to, count) > 0));
  }
  for (size_t i = 0; i < sizeof bytes; i++) sum = fold(sum, bytes[i]);
  printf("moves %016" PRIx64 "\n", sum);
}

static void loops(void) {
  static float a[1003], b[1003];
  static int16_t c[2001];
  static uint8_t d[2001];
  static int64_t e[1003];
  for (int i = 0; i < 1003; i++) a[i] = (float)(int16_t)next() / 64, b[i] = (float)(int16_t)next() / 32, e[i] = (int64_t)next();
  for (int i = 0; i < 2001; i++) c[i] = (int16_t)next(), d[i] = (uint8_t)next();
  uint64_t sum = 0;
  for (int n = 1000; n < 1003; n++) {
    for (int i = 0; i < n; i++) a[i] = a[i] * 0.5f + b[n - i] - sqrtf(fabsf(a[i]));
    for (int i = 1; i < n; i++) b[i] = b[i - 1] * 0.25f + a[i];
    for (int i = 0; i < 2 * n - 5; i++) c[i] = (int16_t)(c[i + 5] * 3 + d[i] - d[i + 1] * 4);
    for (int i = 0; i < 2 * n; i++) d[i] = (uint8_t)(c[i] > 255 ? 255 : c[i] < 0 ? 0 : c[i]);
    for (int i = 4; i < n; i++) e[i] = (e[i - 4] >> 3) + (e[i] ^ (int64_t)a[i] * 4294967296) * c[i];
    int64_t total = 0, most = INT64_MIN;
    int bits = 0;
    for (int i = 0; i < n; i++) total += c[2 * i], most = e[i] > most ? e[i] : most, bits += __builtin_popcountll((uint64_t)e[i]);
    sum = fold(fold(fold(sum, (uint64_t)total), (uint64_t)most), (uint64_t)bits);
  }
  for (int i = 0; i < 1003; i++) sum = fold_double(fold_double(sum, a[i]), b[i]);
  printf("loops %016" PRIx64 "\n", sum);
}

static void say(const char *format, ...) {
  char text[200];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  printf("%d:%s\n", length, text);
}

int main(void) {
  bit_tricks();
  divisions();
  formats();
  long_doubles();
  functions();
  sorting();
  moves();
  loops();
  say("%d %5.2f %-6s| %c %lld %#x %o %hhd %zu %08.3e %*d", -7, 3.14159, "abc", 'z', -123456789012LL, 48879u, 8u, (char)-3,
      sizeof(long double), 1e-7, 6, 42);
  return 0;
}
