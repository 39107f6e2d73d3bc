/* Image filters for blur.py, on 8-bit grey images in this module's own memory. It needs no C library.
 *
 * built: python -m ziglang cc -target wasm32-freestanding -O3 -msimd128 -nostdlib -s -Wl,--no-entry -o blur.wasm blur.c
 */
#include <stddef.h>
#include <stdint.h>

extern uint8_t __heap_base;

static size_t pages_for(const uint8_t *end) {
    return ((size_t)end + 65535) / 65536;
}

/* Where `count` images of `size` bytes each can be, one after the other; 0 if there is no memory for them. */
__attribute__((export_name("images"))) uint8_t *images(size_t size, size_t count) {
    uint8_t *first = &__heap_base;
    size_t have = __builtin_wasm_memory_size(0), need = pages_for(first + size * count);
    if (need > have && __builtin_wasm_memory_grow(0, need - have) == (size_t)-1) return 0;
    return first;
}

/* The mean of the 3 x 3 pixels around each pixel; the border stays as it is. */
__attribute__((export_name("blur"))) void blur(uint8_t *restrict out, const uint8_t *restrict in, int width, int height) {
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const uint8_t *p = in + y * width + x;
            if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
                out[y * width + x] = *p;
                continue;
            }
            unsigned sum = 0;
            for (int row = -1; row <= 1; row++)
                for (int column = -1; column <= 1; column++) sum += p[row * width + column];
            out[y * width + x] = (uint8_t)((sum * 7282 + 32768) >> 16);
        }
}
