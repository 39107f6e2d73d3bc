"""Types of values, functions, memories, tables, globals and tags, and of imports and exports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from wasmjit.api.module import ExportType as ApiExportType
from wasmjit.api.module import ImportType as ApiImportType
from wasmjit.api.types import ExternType, wrap_functype
from wasmjit.api.types import FuncType as ApiFuncType
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.wasm import types as wasm

_PAGE_LOG2 = 16
_NAMES = {"externref": "anyref"}
"""The C API's names where they are not the language's."""


class ValType(Managed):
    """Type of a value: `ValType.i32()` and so on."""

    _type: wasm.ValType

    def __init__(self) -> None:
        raise WasmtimeError("cannot construct directly")

    @classmethod
    def _of(cls, type: wasm.ValType) -> ValType:
        made = cls.__new__(cls)
        made._type = type
        made._open()
        return made

    @classmethod
    def i32(cls) -> ValType:
        """32-bit integer."""
        return cls._of(wasm.I32)

    @classmethod
    def i64(cls) -> ValType:
        """64-bit integer."""
        return cls._of(wasm.I64)

    @classmethod
    def f32(cls) -> ValType:
        """32-bit float."""
        return cls._of(wasm.F32)

    @classmethod
    def f64(cls) -> ValType:
        """64-bit float."""
        return cls._of(wasm.F64)

    @classmethod
    def v128(cls) -> ValType:
        """128-bit vector, as 16 bytes: more than the package offers."""
        return cls._of(wasm.V128)

    @classmethod
    def externref(cls) -> ValType:
        """Reference to any Python object."""
        return cls._of(wasm.EXTERNREF)

    @classmethod
    def funcref(cls) -> ValType:
        """Reference to a function."""
        return cls._of(wasm.FUNCREF)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValType) and self._type == other._type

    def __hash__(self) -> int:
        return hash(self._type)

    def __str__(self) -> str:
        return _NAMES.get(str(self._type), str(self._type))

    def __repr__(self) -> str:
        return str(self)


def unwrap_valtype(type: ValType) -> wasm.ValType:
    """The engine's type. Raises TypeError if it is not a ValType."""
    if not isinstance(type, ValType):
        raise TypeError("expected ValType")
    return type.ptr()._type


def _wrap_all(types: Iterable[wasm.ValType]) -> list[ValType]:
    return [ValType._of(type) for type in types]


class FuncType(Managed):
    """Parameters and results of a function."""

    def __init__(self, params: Iterable[ValType], results: Iterable[ValType]) -> None:
        self._core = ApiFuncType(map(unwrap_valtype, params), map(unwrap_valtype, results))
        self._open()

    @classmethod
    def _of(cls, core: ApiFuncType) -> FuncType:
        made = cls.__new__(cls)
        made._core = core
        made._open()
        return made

    @property
    def params(self) -> list[ValType]:
        """Types of the parameters."""
        return _wrap_all(self.ptr()._core.params)

    @property
    def results(self) -> list[ValType]:
        """Types of the results."""
        return _wrap_all(self.ptr()._core.results)


class GlobalType(Managed):
    """Type of a global, and whether it can be changed."""

    def __init__(self, valtype: ValType, mutable: bool) -> None:
        self._content = unwrap_valtype(valtype)
        self._mutable = bool(mutable)
        self._open()

    @property
    def content(self) -> ValType:
        """Type of the value."""
        return ValType._of(self.ptr()._content)

    @property
    def mutable(self) -> bool:
        """Whether the value can change."""
        return self.ptr()._mutable


class Limits:
    """A size, and up to where it may grow; `max` None is no bound."""

    def __init__(self, min: int, max: int | None) -> None:
        self.min = min
        self.max = max

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limits) and (self.min, self.max) == (other.min, other.max)

    def __hash__(self) -> int:
        return hash((self.min, self.max))

    def __repr__(self) -> str:
        return f"Limits({self.min}, {self.max})"


def _check_limits(limits: Limits, bound: int) -> None:
    """Raise TypeError for what are no limits, WasmtimeError for sizes from `bound` on."""
    if not isinstance(limits, Limits):
        raise TypeError("expected Limits")
    for what, size in (("minimum", limits.min), ("maximum", limits.max)):
        if size is not None and not 0 <= size < bound:
            raise WasmtimeError(f"{what} size too large")
    if limits.max is not None and limits.max < limits.min:
        raise WasmtimeError("maximum size is smaller than the minimum")


class TableType(Managed):
    """Type of a table: what it holds, and how much of it."""

    def __init__(self, valtype: ValType, limits: Limits) -> None:
        _check_limits(limits, 1 << 64)
        self._element = unwrap_valtype(valtype)
        self._limits = limits
        self._open()

    @property
    def element(self) -> ValType:
        """Type of the elements."""
        return ValType._of(self.ptr()._element)

    @property
    def limits(self) -> Limits:
        """Sizes, in elements."""
        return Limits(self.ptr()._limits.min, self._limits.max)


class MemoryType(Managed):
    """Type of a memory; sizes are in pages of `1 << page_size_log2` bytes."""

    def __init__(
        self, limits: Limits, is_64: bool = False, shared: bool = False, page_size_log2: int = _PAGE_LOG2
    ) -> None:
        _check_limits(limits, 1 << (64 if is_64 else 32))
        if page_size_log2 not in (0, _PAGE_LOG2):
            raise WasmtimeError("page size must be 1 or 65536 bytes")
        if limits.min << page_size_log2 > 1 << (64 if is_64 else 32):
            raise WasmtimeError("minimum size exceeds limits")
        if shared and limits.max is None:
            raise WasmtimeError("shared memories must have a maximum size")
        self._limits = limits
        self._is_64, self._is_shared, self._page_size_log2 = bool(is_64), bool(shared), page_size_log2
        self._open()

    @property
    def limits(self) -> Limits:
        """Sizes, in pages."""
        return Limits(self.ptr()._limits.min, self._limits.max)

    @property
    def is_64(self) -> bool:
        """Whether addresses have 64 bits."""
        return self.ptr()._is_64

    @property
    def is_shared(self) -> bool:
        """Whether threads can share it."""
        return self.ptr()._is_shared

    @property
    def page_size(self) -> int:
        """Size of a page in bytes."""
        return 1 << self.ptr()._page_size_log2

    @property
    def page_size_log2(self) -> int:
        """Its logarithm."""
        return self.ptr()._page_size_log2


class TagType(Managed):
    """Type of a tag: what an exception of it carries, as the parameters of a function type."""

    def __init__(self, functype: FuncType) -> None:
        if not isinstance(functype, FuncType):
            raise TypeError("expected a FuncType")
        self._functype = functype
        self._open()

    @property
    def functype(self) -> FuncType:
        """The function type."""
        return self.ptr()._functype


AsExternType: TypeAlias = FuncType | TableType | MemoryType | GlobalType | TagType


def wrap_extern_type(type: ExternType) -> AsExternType:
    """The public form of the type of an import or export."""
    if isinstance(type, ApiFuncType):
        return FuncType._of(type)
    if isinstance(type, wasm.GlobalType):
        return GlobalType(ValType._of(type.type), type.mutable)
    if isinstance(type, wasm.TagType):
        return TagType(FuncType._of(wrap_functype(type.type)))
    limits = Limits(type.limits.min, type.limits.max)
    if isinstance(type, wasm.TableType):  # the package knows tables of 32 bits only
        return TableType(ValType._of(type.element), limits)
    return MemoryType(limits, type.address is wasm.I64, type.shared, type.page_size_log2)


class ImportType(Managed):
    """What a module asks for."""

    _core: ApiImportType

    @classmethod
    def _of(cls, core: ApiImportType) -> ImportType:
        made = cls.__new__(cls)
        made._core = core
        made._open()
        return made

    @property
    def module(self) -> str:
        """The module that it is to come from."""
        return self.ptr()._core.module

    @property
    def name(self) -> str | None:
        """Its name there."""
        return self.ptr()._core.name

    @property
    def type(self) -> AsExternType:
        """What it has to be."""
        return wrap_extern_type(self.ptr()._core.type)


class ExportType(Managed):
    """What a module offers."""

    _core: ApiExportType

    @classmethod
    def _of(cls, core: ApiExportType) -> ExportType:
        made = cls.__new__(cls)
        made._core = core
        made._open()
        return made

    @property
    def name(self) -> str:
        """Its name."""
        return self.ptr()._core.name

    @property
    def type(self) -> AsExternType:
        """What it is."""
        return wrap_extern_type(self.ptr()._core.type)
