"""What a row of the opcode table says, and the registry that the rows fill."""

from __future__ import annotations

from wasmjit import features
from wasmjit.record import record
from wasmjit.wasm.types import VAL_TYPE_BY_NAME, FuncType

PREFIX_SHIFT = 12
"""A prefixed opcode's code is `prefix << PREFIX_SHIFT | number`, so 0xFC 10 is 0xFC00A."""


@record
class Op:
    """One opcode.

    `imm` names the immediates' shape (binary.code decodes them):

    ===============  =======================================================================
    ""               none: None
    "block"          block type: FuncType, or int type index
    "label" "func" "local" "global" "table" "memory" "data" "elem" "tag" "type"    int
    "try_table"      (block type, tuple of catch clauses: (kind, tagidx or None, label))
    "labels"         br_table: tuple of labels, the default last
    "type_table"     call_indirect, return_call_indirect: (typeidx, tableidx)
    "types"          select t*: tuple of ValType
    "ref"            ref.null: RefType
    "heap"           ref.test, ref.cast: HeapType, or int type index
    "cast"           br_on_cast: (label, RefType, RefType)
    "type_field"     struct.get: (typeidx, fieldidx)
    "type_count"     array.new_fixed: (typeidx, number of operands)
    "type_data" "type_elem"   array.new_data: (typeidx, segment)
    "type_type"      array.copy: (destination, source)
    "memarg"         (align_log2, offset, memidx)
    "memarg_lane"    (align_log2, offset, memidx, lane)
    "lane"           int
    "zero"           atomic.fence: None
    "lanes"          i8x16.shuffle: bytes of 16
    "i32" "i64"      signed int
    "f32" "f64"      int, the bits
    "v128"           bytes of 16
    "data_memory"    memory.init: (dataidx, memidx)
    "elem_table"     table.init: (elemidx, tableidx)
    "memory_memory"  memory.copy: (destination, source)
    "table_table"    table.copy: (destination, source)
    ===============  =======================================================================

    `type` is the whole typing rule where it does not depend on context, else None. `align_log2` is the natural
    alignment of a memory access. `feature` is "" for the MVP. `const` names the feature with which the
    instruction may stand in a constant expression ("" where never; "mvp" from the start).
    """

    code: int
    name: str
    imm: str
    type: FuncType | None
    align_log2: int
    feature: str
    const: str

    @property
    def encoding(self) -> str:
        """The opcode as it stands in the binary: `6A`, or `FC 10` for a prefixed one."""
        prefix, number = divmod(self.code, 1 << PREFIX_SHIFT)
        return f"{prefix:02X} {number}" if prefix else f"{number:02X}"


OPCODES: dict[int, Op] = {}
"""The table: every opcode that the engine knows, by code."""


def _signature(text: str) -> FuncType:
    params, _, results = text.partition("->")
    return FuncType(
        tuple(VAL_TYPE_BY_NAME[t] for t in params.split()), tuple(VAL_TYPE_BY_NAME[t] for t in results.split())
    )


_SIGNATURES: dict[str, FuncType] = {}


def op(
    code: int, name: str, type: str | None, imm: str = "", *, align: int = 0, feature: str = "", const: str = ""
) -> None:
    """Add a row; `align` in bytes."""
    if type is not None and type not in _SIGNATURES:
        _SIGNATURES[type] = _signature(type)
    signature = None if type is None else _SIGNATURES[type]
    OPCODES[code] = Op(code, name, imm, signature, max(align.bit_length() - 1, 0), feature, const)


def simd(
    number: int,
    name: str,
    type: str | None,
    imm: str = "",
    *,
    align: int = 0,
    feature: str = features.SIMD,
    const: str = "",
) -> None:
    """Add a row of the 0xFD page (spec 5.4.9)."""
    op(0xFD << PREFIX_SHIFT | number, name, type, imm, align=align, feature=feature, const=const)


def atomic(number: int, name: str, type: str, imm: str = "memarg", *, align: int = 0) -> None:
    """Add a row of the 0xFE page (threads)."""
    op(0xFE << PREFIX_SHIFT | number, name, type, imm, align=align, feature=features.THREADS)
