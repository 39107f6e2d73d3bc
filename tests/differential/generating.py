"""From a seed to a module: `wasm-tools smith`, with settings that change from seed to seed."""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
from functools import cache, reduce
from operator import or_
from pathlib import Path

from lens import clause, import_text

from wasmjit.api.wat import wasm_tools, wat_to_wasm
from wasmjit.binary import decode_module

HERE = Path(__file__).parent
FUEL = 400
"""Loop rounds and calls that a generated module grants itself; then it traps as unreachable."""

_FIXED: dict[str, object] = {
    "compact-imports-enabled": False,
    "custom-descriptors-enabled": False,
    "exceptions-enabled": False,
    "gc-enabled": False,
    "memory64-enabled": False,
    "relaxed-simd-enabled": False,
    "tail-call-enabled": False,
    "shared-everything-threads-enabled": False,
    "threads-enabled": False,
    "wide-arithmetic-enabled": False,
    "max-tags": 0,
    "max-memories": 1,
    "canonicalize-nans": True,
    "memory-max-size-required": True,
    "table-max-size-required": True,
    "max-memory32-bytes": 4 << 16,
    "max-table-elements": 40,
    "max-elements": 20,
}
_BASIS = 0x461  # bits of the generator's kinds of instructions: control, variable, parametric and integers
_KINDS = (0x003, 0x00C, 0x010, 0x080, 0x300)  # numeric, vector, reference, table, memory


def _settings(rng: random.Random) -> dict[str, object]:
    """Swarm testing: a module with few kinds of instructions goes deeper into them than one with all."""
    kinds = _KINDS if rng.random() < 0.4 else rng.sample(_KINDS, 2)
    return _FIXED | {
        "allowed-instructions": reduce(or_, kinds, _BASIS),
        "allow-floats": rng.random() < 0.8,
        "disallow-traps": rng.random() < 0.75,
        "max-instructions": rng.choice((40, 120, 400)),
        "max-imports": rng.choice((0, 4, 30)),
        "max-globals": rng.choice((3, 12)),
        "max-tables": rng.choice((1, 3)),
        "max-types": rng.choice((4, 12)),
        "min-memories": rng.choice((0, 1)),
        "memory-offset-choices": rng.choice(([80, 19, 1], [99, 1, 0], [40, 30, 30])),
    }


@cache
def environment() -> bytes:
    """The module that others import from as "env", binary."""
    return wat_to_wasm((HERE / "env.wat").read_bytes())


@cache
def _environment_imports() -> list[str]:
    module = decode_module(environment())
    return [import_text(module, export, "env") for export in module.exports]


_TYPES = ("i32", "i64", "f32", "f64", "v128", "funcref", "externref")
_INITIAL = {"funcref": "(ref.null func)", "externref": "(ref.null extern)", "v128": "(v128.const i64x2 0 0)"}


def _shape(rng: random.Random, floats: bool) -> str:
    """A module with the imports and exports that the generated one is to have."""
    types = [t for t in _TYPES if floats or t[0] != "f" or t == "funcref"]
    imports = rng.sample(_environment_imports(), rng.choice((0, 3, 10)))
    if not floats:
        imports = [text for text in imports if "f32" not in text and "f64" not in text]
    exports = [_function(rng, number, types) for number in range(rng.choice((2, 4, 8)))]
    if not any("(memory" in text for text in imports) and rng.random() < 0.8:
        exports.append(f'(memory (export "memory") {rng.choice((0, 1, 2))} {rng.choice((2, 4))})')
    for number in range(rng.choice((0, 1, 3))):
        exports.append(
            f'(table (export "table{number}") {rng.randint(0, 9)} {rng.randint(9, 40)} {rng.choice(types[-2:])})'
        )
    exports += [_global(f"global{number}", rng.choice(types)) for number in range(rng.choice((1, 3, 6)))]
    return "\n".join(["(module", *imports, *exports, ")"])


def _function(rng: random.Random, number: int, types: list[str]) -> str:
    limit = rng.choice((2, 4, 4, 24))
    params = clause("param", rng.choices(types, k=rng.randint(0, limit)))
    results = clause("result", rng.choices(types, k=rng.choice((0, 1, 1, rng.randint(0, limit)))))
    return f'(func (export "f{number}") {params} {results} unreachable)'


def _global(name: str, type: str) -> str:
    return f'(global (export "{name}") (mut {type}) {_INITIAL.get(type, f"({type}.const 0)")})'


def generate(seed: int) -> bytes | None:
    """The module of a seed; None where the generator can make none of it."""
    rng = random.Random(seed)
    settings = _settings(rng)
    shape = wat_to_wasm(_shape(rng, bool(settings["allow-floats"])))
    with tempfile.TemporaryDirectory(prefix="wasmjit-differential-") as folder:
        config, shape_file = Path(folder, "config.json"), Path(folder, "shape.wasm")
        config.write_text(json.dumps(settings))
        shape_file.write_bytes(shape)
        command = [wasm_tools(), "smith", "--ensure-termination", f"--fuel={FUEL}", f"--config={config}"]
        command.append(f"--module-shape={shape_file}")
        done = subprocess.run(
            command, input=rng.randbytes(rng.choice((2000, 8000, 30000))), capture_output=True, check=False
        )
    if b"config" in done.stderr:
        raise RuntimeError(done.stderr.decode())
    return done.stdout if done.returncode == 0 else None


MUTATIONS = 8


def mutate(module: bytes | None, seed: int) -> bytes | None:
    """A module rewritten several times in ways that keep what it means, by `wasm-tools mutate`."""
    for step in range(MUTATIONS if module else 0):
        command = [wasm_tools(), "mutate", "--preserve-semantics", f"--seed={seed * MUTATIONS + step}", "-"]
        done = subprocess.run(command, input=module, capture_output=True, check=False)
        module = done.stdout if done.returncode == 0 else module
    return module
