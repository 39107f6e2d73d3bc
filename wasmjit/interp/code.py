"""The functions of a module as Python code objects, translated one by one when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from time import perf_counter, thread_time
from types import CodeType

from wasmjit import features
from wasmjit.abi.fuel import FUNCTION, fuel_costs
from wasmjit.binary import Body, decode_body
from wasmjit.binary.names import Names, read_names
from wasmjit.binary.usage import features_used
from wasmjit.errors import UnsupportedError
from wasmjit.interp import instructions  # noqa: F401
from wasmjit.interp.dispatch import print_dispatched
from wasmjit.interp.printing import TooDeepError, print_structured
from wasmjit.interp.registry import HANDLERS
from wasmjit.interp.shape import simplified
from wasmjit.interp.translator import ZEROS, Translator
from wasmjit.interp.tree import Node
from wasmjit.validate import validate_body
from wasmjit.wasm.module import ConstExpr, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import FuncType, ValType

SUPPORTED = frozenset(
    {
        features.MUTABLE_GLOBALS,
        features.SIGN_EXTENSION,
        features.SATURATING_CONVERSIONS,
        features.MULTI_VALUE,
        features.BULK_MEMORY,
        features.REFERENCE_TYPES,
        features.SIMD,
        features.EXTENDED_CONST,
        features.MULTI_MEMORY,
        features.MEMORY64,
        features.TAIL_CALL,
        features.RELAXED_SIMD,
        features.WIDE_ARITHMETIC,
        features.CUSTOM_PAGE_SIZES,
        features.EXCEPTIONS,
        features.LEGACY_EXCEPTIONS,
        features.FUNCTION_REFERENCES,
        features.GC,
        features.THREADS,
    }
)
"""What the interpreter can do; a module that needs more is refused by the feature's name."""

FILE_NAME = "<wasm>"
_MAX_NESTING = 60
"""Deeper bodies are not worth a try at Python's own control flow, and the functions for that are recursive."""
_END = CODE_BY_NAME["end"]


def _ignore(funcidx: int, cpu_s: float, wall_s: float) -> None:
    pass


class ModuleCode:
    """A valid module's functions. Raises UnsupportedError for what the interpreter can't do.

    `translated` is called after each translation, with the seconds of the processor and of the clock that it took.
    """

    def __init__(
        self, module: Module, translated: Callable[[int, float, float], None] = _ignore, *, fuel: bool = False
    ) -> None:
        self.module = module
        self._translated = translated
        self._fuel = fuel
        self._codes: dict[int, CodeType] = {}
        self._entries: dict[int, CodeType] = {}
        self.places: dict[CodeType, tuple[int, list[int]]] = {}
        """Function index, and the offset in the module for each line from the second on, of the code translated."""
        self._check_features()

    def _check_features(self) -> None:
        missing = features_used(self.module) - SUPPORTED
        if missing:
            raise UnsupportedError(min(missing))

    @cached_property
    def names(self) -> Names:
        """The names in the name section."""
        return read_names(self.module)

    @cached_property
    def export_names(self) -> dict[int, str]:
        """The first name that each function is exported by."""
        return {e.index: e.name for e in reversed(self.module.exports) if e.kind == "func"}

    def func_name(self, funcidx: int) -> str:
        """What to call a function in messages: its export name, else what the name section says, else its index."""
        return self.export_names.get(funcidx) or self.names.function(funcidx) or f"func[{funcidx}]"

    def function(self, funcidx: int) -> CodeType:
        """The code of a defined function."""
        code = self._codes.get(funcidx)
        if code is None:
            wall_s, cpu_s = perf_counter(), thread_time()
            code = self._codes[funcidx] = self._translate(funcidx)
            self._translated(funcidx, thread_time() - cpu_s, perf_counter() - wall_s)
        return code

    def _translate(self, funcidx: int) -> CodeType:
        source, offsets, has_tail_calls = self.source(funcidx)
        if has_tail_calls:
            self._entries[funcidx] = _compile(_entry(funcidx, len(self.module.func_type(funcidx).params)))
        code = _compile(source)
        self.places[code] = funcidx, offsets
        return code

    def entry(self, funcidx: int) -> CodeType | None:
        """Code in front of a translated function that makes tail calls."""
        return self._entries.get(funcidx)

    def source(self, funcidx: int) -> tuple[str, list[int], bool]:
        """Python source of a defined function, the offset in the module for each of its lines but the first, and
        whether it makes tail calls.
        """
        body = decode_body(self.module, funcidx)
        validate_body(self.module, funcidx, body)
        type = self.module.func_type(funcidx)
        translator = Translator(self.module, type, body.local_types)
        translator.poll_for_calls(body.instrs)
        if self._fuel:
            translator.fuel_costs = fuel_costs(body.instrs)
            translator.charge_fuel(FUNCTION)
        lines, offsets = _print(translator, body)
        zeros = _zeros(len(type.params), body.local_types)
        source = "\n".join([f"def f{funcidx}({_params(len(type.params))}):", *zeros, *lines, ""])
        return source, [0] * len(zeros) + offsets, translator.has_tail_calls

    def constant(self, expr: ConstExpr, type: ValType) -> CodeType:
        """A constant expression as a function without parameters."""
        body = Body([], [*expr, (_END, None, expr[-1].offset)])
        lines, _ = _print(Translator(self.module, FuncType((), (type,)), []), body)
        return _compile("\n".join(["def constant():", *lines, ""]))


def _params(count: int) -> str:
    return ", ".join(f"l{i}" for i in range(count))


def _entry(funcidx: int, count: int) -> str:
    return "\n".join(
        [
            f"def f{funcidx}({_params(count)}):",
            f" result = b{funcidx}({_params(count)})",
            " while result.__class__ is TailCall:",
            "  result = result.make()",
            " return result",
            "",
        ]
    )


def _print(translator: Translator, body: Body) -> tuple[list[str], list[int]]:
    nodes: list[Node] = translator.run(body.instrs)
    if translator.max_nesting <= _MAX_NESTING:
        try:
            lines, offsets = print_structured(simplified(nodes))
        except TooDeepError:
            pass
        else:
            return lines or [" pass"], offsets or [0]
    return print_dispatched(nodes)


def _zeros(first: int, types: list[ValType]) -> list[str]:
    """Statements that give locals their first values, one for each value."""
    names: dict[str, list[str]] = {}
    for i, type in enumerate(types):
        names.setdefault(ZEROS.get(type, "None"), []).append(f"l{first + i}")
    return [f" {' = '.join(locals)} = {zero}" for zero, locals in names.items()]


def _compile(source: str) -> CodeType:
    module = compile(source, FILE_NAME, "exec", dont_inherit=True, optimize=0)
    return next(const for const in module.co_consts if isinstance(const, CodeType))


def unhandled() -> list[str]:
    """Mnemonics of the table for features that are supported, which no function translates."""
    return [op.name for code, op in OPCODES.items() if code not in HANDLERS and op.feature in {"", *SUPPORTED}]
