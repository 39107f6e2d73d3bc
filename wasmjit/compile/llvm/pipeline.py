"""Optimisation levels: which of LLVM's passes run over the IR, and how carefully machine code is then made."""

from __future__ import annotations

from functools import cache
from typing import Any

from wasmjit.compile.llvm.target import load_llvm

CODEGEN_OPT = {"0": 0, "1": 1, "2": 2, "3": 3, "s": 2}
"""For each level, the effort of code generation; 0 is fast instruction selection."""

_INLINE_THRESHOLD_SIZE = 50  # as clang -Os
VECTORIZING = frozenset({"2", "3", "s"})
"""The levels at which loops are vectorised, and functions inlined."""

FASTEST = VECTORIZING - {"s"}
"""Those of them that spend code on speed."""


def run_passes(machine: Any, module: Any, opt: str) -> None:
    """Run the passes of level `opt` over a parsed module, in place.

    "0" has none; "1" those that pay for themselves by the code that they save code generation; "2" and "3" LLVM's
    pipelines of that name; "s" that of "2" with every function marked `optsize`.
    """
    if opt == "0":
        return
    if opt == "1":
        _clean_up(machine, module)
        return
    if opt == "s":
        for function in module.functions:
            if not function.is_declaration:
                function.add_function_attribute("optsize")
    builder = _pass_builder(machine, opt)
    builder.getModulePassManager().run(module, builder)  # a pass manager runs once: running moves its passes away


def _clean_up(machine: Any, module: Any) -> None:
    passes = load_llvm().create_new_module_pass_manager()
    passes.add_simplify_cfg_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, _pass_builder(machine, "1"))


@cache
def _pass_builder(machine: Any, opt: str) -> Any:
    """LLVM's factory of pipelines, which can be used again for any number of modules."""
    llvm = load_llvm()
    options = llvm.create_pipeline_tuning_options(speed_level=CODEGEN_OPT[opt])
    options.loop_vectorization = opt in VECTORIZING
    options.loop_interleaving = opt in VECTORIZING
    options.slp_vectorization = False  # it makes nothing faster here, and SHA-256 a quarter slower
    if opt == "s":
        options.inlining_threshold = _INLINE_THRESHOLD_SIZE
    return llvm.create_pass_builder(machine, options)
