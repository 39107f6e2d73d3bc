"""A module that looks at another one: everything becomes bits, so that engines can be compared exactly.

Python's floats lose the bits of NaNs, and not every engine's Python interface knows v128. The lens imports all exports
of a module and exports functions of integers: `call:N` calls function N, f32 and f64 by their bits, v128 as two i64,
a funcref parameter as a number that chooses one, a funcref result as whether it is null. `global:N` reads a global, and
`size:N`, `null:N` look at tables. External references stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wasmjit.wasm.module import Export, Module
from wasmjit.wasm.types import FuncType, GlobalType, MemType, TableType

_FROM_BITS = {
    "i32": "{}",
    "i64": "{}",
    "externref": "{}",
    "f32": "(f32.reinterpret_i32 {})",
    "f64": "(f64.reinterpret_i64 {})",
}
_TO_BITS = {
    "i32": ["{}"],
    "i64": ["{}"],
    "externref": ["{}"],
    "f32": ["(i32.reinterpret_f32 {})"],
    "f64": ["(i64.reinterpret_f64 {})"],
    "funcref": ["(ref.is_null {})"],
    "v128": ["(i64x2.extract_lane 0 {})", "(i64x2.extract_lane 1 {})"],
}
_BITS = {"f32": ["i32"], "f64": ["i64"], "funcref": ["i32"], "v128": ["i64", "i64"]}


@dataclass
class Lens:
    """`text` is the lens as wat. By export number: types of functions, and which exports are globals or tables."""

    text: str
    funcs: dict[int, FuncType] = field(default_factory=dict)
    globals: list[int] = field(default_factory=list)
    tables: list[int] = field(default_factory=list)
    memories: list[str] = field(default_factory=list)


def quote(name: str) -> str:
    """A name as a string of the text format."""
    return '"' + "".join(f"\\{byte:02x}" for byte in name.encode()) + '"'


def bits_types(names: list[str]) -> list[str]:
    """The integer types that stand for value types."""
    return [bits for name in names for bits in _BITS.get(name, [name])]


def import_text(module: Module, export: Export, namespace: str, id: str = "") -> str:
    """The import of another module's export, in the text format."""
    match module.extern_type(export.kind, export.index):
        case FuncType() as type:
            kind = f"func {id} {_signature(type)}"
        case TableType() as type:
            kind = f"table {id} {type.limits.min} {'' if type.limits.max is None else type.limits.max} {type.element}"
        case MemType() as type:
            kind = f"memory {id} {type.limits.min} {'' if type.limits.max is None else type.limits.max}"
        case GlobalType() as type:
            kind = f"global {id} {f'(mut {type.type})' if type.mutable else type.type}"
    return f"(import {quote(namespace)} {quote(export.name)} ({kind}))"


def _signature(type: FuncType) -> str:
    return clause("param", [t.name for t in type.params]) + clause("result", [t.name for t in type.results])


def clause(keyword: str, types: list[str]) -> str:
    """`(param i32 i64)`, or nothing for no types."""
    return f"({keyword} {' '.join(types)})" if types else ""


def make_lens(module: Module, namespace: str) -> Lens:
    """The lens for a module that is instantiated as `namespace`."""
    lens = Lens("")
    imports: list[str] = []
    body = ["(table $choice 3 funcref) (elem (table $choice) (i32.const 1) func $own0 $own1)"]
    body.append("(func $own0 (param i32) (result i32) (local.get 0)) (func $own1)")
    for number, export in enumerate(module.exports):
        type = module.extern_type(export.kind, export.index)
        if isinstance(type, MemType):
            lens.memories.append(export.name)
            continue
        imports.append(import_text(module, export, namespace, f"$x{number}"))
        match type:
            case FuncType():
                lens.funcs[number] = type
                body.append(_call(number, type))
            case GlobalType():
                lens.globals.append(number)
                body.append(_reader(number, type.type.name))
            case TableType():
                lens.tables.append(number)
                body.append(_table(number))
    lens.text = "\n".join(["(module", *imports, *body, ")"])
    return lens


def _call(number: int, type: FuncType) -> str:
    params = [t.name for t in type.params]
    results = [t.name for t in type.results]
    arguments, position = [], 0
    for name in params:
        arguments.append(_argument(name, position))
        position += len(_BITS.get(name, [name]))
    names = bits_types(params), bits_types(results)
    locals = " ".join(f"(local $r{i} {name})" for i, name in enumerate(results))
    take = " ".join(f"(local.set $r{i})" for i in reversed(range(len(results))))
    give = " ".join(text.format(f"(local.get $r{i})") for i, name in enumerate(results) for text in _TO_BITS[name])
    head = f'(func (export "call:{number}") {clause("param", names[0])} {clause("result", names[1])} {locals}'
    return f"{head} (call $x{number} {' '.join(arguments)}) {take} {give})"


def _argument(name: str, position: int) -> str:
    value = f"(local.get {position})"
    if name == "funcref":
        return f"(table.get $choice (i32.rem_u {value} (i32.const 3)))"
    if name == "v128":
        return f"(i64x2.replace_lane 1 (i64x2.splat {value}) (local.get {position + 1}))"
    return _FROM_BITS[name].format(value)


def _reader(number: int, name: str) -> str:
    value = " ".join(text.format(f"(global.get $x{number})") for text in _TO_BITS[name])
    return f'(func (export "global:{number}") (result {" ".join(bits_types([name]))}) {value})'


def _table(number: int) -> str:
    return (
        f'(func (export "size:{number}") (result i32) (table.size $x{number}))'
        f'(func (export "null:{number}") (param i32) (result i32) (ref.is_null (table.get $x{number} (local.get 0))))'
    )
