"""How a module's functions are parted into units, and which optimisation level they get."""

from __future__ import annotations

import os

from wasmjit.cache.location import cache_path, usable_directory
from wasmjit.compile.direct import has_usual_objects
from wasmjit.compile.platform import supports_guard_pages
from wasmjit.config import AUTO_OPT_CODE_BYTES, Config, Tier
from wasmjit.wasm.columns import total_bytes
from wasmjit.wasm.module import Module

UNIT_BYTES = 128 << 10
"""Code bytes of one unit: enough to hide LLVM's cost per unit (2 ms), small enough to bound memory and to share work
between processes."""


HOT_FULL_BYTES = 16 << 10
"""Body of a hot function up to which "-O2" is worth its time: a larger one takes seconds, twice as long as at "-O1",
and there is little for loop passes in a large switch."""


def plan_units(module: Module) -> list[range]:
    """Ranges of function indices, in order, of about `UNIT_BYTES` each; a larger function stands alone."""
    units: list[range] = []
    first = module.num_imported_funcs
    size = 0
    for funcidx, (start, end) in enumerate(module.codes, module.num_imported_funcs):
        if size and size + end - start > UNIT_BYTES:
            units.append(range(first, funcidx))
            first, size = funcidx, 0
        size += end - start
    if size:
        units.append(range(first, module.num_imported_funcs + len(module.codes)))
    return units


def code_bytes(module: Module, funcidxs: range) -> int:
    """Size of some functions' bodies."""
    base = module.num_imported_funcs
    return sum(end - start for start, end in module.codes[funcidxs.start - base : funcidxs.stop - base])


def resolve_opt(module: Module, config: Config) -> str:
    """The level that LLVM is asked for: what the config says, or what suits the module's size."""
    if config.opt != "auto":
        return config.opt
    return "2" if total_bytes(module.codes) <= AUTO_OPT_CODE_BYTES else "0"


def resolve_guard(config: Config) -> bool:
    """Whether memories get guard pages: as the config says, or wherever the platform has them."""
    if config.bounds_checks == "auto":
        return supports_guard_pages()
    return config.bounds_checks == "guard"


def resolve_tier(config: Config) -> Tier:
    """The tier that functions begin in: what the config says, or "optimized" where that can't be.

    Stencils are of this machine's processor. Where they can't be kept, making them takes longer than most programs.
    """
    if config.tier not in ("auto", "baseline"):
        return config.tier
    if config.compilation == "eager" or config.target_cpu not in (None, "native") or not has_baseline():
        return "optimized"
    if config.tier == "auto" and usable_directory(cache_path(), create=True) is None:
        return "optimized"
    return config.tier


def has_baseline() -> bool:
    """Whether there is a baseline compiler for this machine. What is hot it tells by calls into Python."""
    return os.uname().machine == "x86_64" and has_usual_objects()


def hot_opt(module: Module, config: Config, funcidx: int) -> str:
    """The level for a function that is hot: what the config says, or the best that its size lets pay."""
    if config.opt != "auto":
        return config.opt
    start, end = module.codes[funcidx - module.num_imported_funcs]
    return "2" if end - start <= HOT_FULL_BYTES else "1"


def code_settings(module: Module, config: Config) -> str:
    """All settings that the machine code of a module depends on, but the processor."""
    opt, guard = resolve_opt(module, config), resolve_guard(config)
    common = f"guard={guard} fuel={config.fuel} deterministic={config.relaxed_simd_deterministic}"
    tier = resolve_tier(config)
    return f"opt={opt} {common}" if tier == "optimized" else f"tier={tier} opt={config.opt} {common}"
