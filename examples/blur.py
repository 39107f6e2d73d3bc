"""A filter in WebAssembly over NumPy arrays that are the guest's memory: nothing is copied but the first image.

usage: python examples/blur.py [WIDTH HEIGHT]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import wasmjit

Image = NDArray[np.uint8]


class Filters:
    """The functions of blur.wasm, for images of one size."""

    def __init__(self, file: Path, width: int, height: int) -> None:
        self._wasm = wasmjit.load(file)
        self._size = width, height
        address = self._wasm.images(width * height, 2) & 0xFFFFFFFF
        if not address:
            raise MemoryError(f"no memory for two images of {width} x {height}")
        self._addresses = address, address + width * height
        memory = np.frombuffer(self._wasm.memory.view(), np.uint8)  # after it has grown: a view keeps its size
        self.images: list[Image] = [
            memory[start : start + width * height].reshape(height, width) for start in self._addresses
        ]
        """Two images in the guest's memory."""

    def blur(self) -> None:
        """Blur the first image; the result becomes the first."""
        source, target = self._addresses
        self._wasm.blur(target, source, *self._size)
        self._addresses = target, source
        self.images.reverse()


def blur_with_numpy(image: Image) -> Image:
    """The same, for comparison."""
    wide = np.pad(image, 1, mode="edge").astype(np.uint32)
    rows, columns = image.shape
    total = np.zeros(image.shape, np.uint32)
    for y, x in np.ndindex(3, 3):
        total += wide[y : y + rows, x : x + columns]
    result = image.copy()
    result[1:-1, 1:-1] = ((total * 7282 + 32768) >> 16)[1:-1, 1:-1]
    return result


def main(width: int = 640, height: int = 480) -> None:
    """Blur noise ten times, and compare with NumPy."""
    filters = Filters(Path(__file__).with_name("blur.wasm"), width, height)
    noise = np.random.default_rng(1).integers(0, 256, (height, width), np.uint8)
    filters.images[0][:] = noise
    expected = noise
    for _ in range(10):
        filters.blur()
        expected = blur_with_numpy(expected)
    print(f"{width} x {height}, contrast {np.ptp(noise)} -> {np.ptp(filters.images[0][10:-10, 10:-10])}")
    print("the same as NumPy's:", np.array_equal(filters.images[0], expected))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
