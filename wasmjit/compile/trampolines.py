"""Trampolines between C and wasm code, for a signature key (abi/signature.py) each, as LLVM IR.

Those that use Python's C API are in boundary_ir.py; these need no Python. `enter` goes from outside into wasm code:
`i32 (ptr code, ptr vmctx, ptr buffer, ptr TrapInfo)`. A host thunk is a wasm function that goes out: it calls the
function that `wj_dispatch` holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from wasmjit.abi import layout
from wasmjit.abi.signature import SLOT_BYTES, THROWN
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.boundary_ir import DECLARATIONS, builtin_ir, host_ir
from wasmjit.compile.convention import (
    call_arguments,
    joined_parameters,
    needs_jump,
    parameter_list,
    result_type,
    results_in_memory,
    value_slots,
)
from wasmjit.compile.jump_ir import JUMP_ATTRIBUTE_TEXT, JUMP_ATTRIBUTES, jump_arguments, jump_ir, jump_name
from wasmjit.compile.platform import Platform
from wasmjit.compile.support_ir import ACTIVATION_JMP_BUF, ATTRIBUTES, activation_bytes
from wasmjit.compile.symbols import enter_symbol, thunk_symbol

_DECLARATIONS = """
@wj_dispatch = external global ptr
declare dso_local i32 @wj_begin(ptr, ptr, ptr, ptr)
declare dso_local void @wj_end(ptr)
declare dso_local void @wj_trap(ptr, i32, i32) noreturn
declare dso_local void @wj_throw(ptr, ptr) noreturn
declare i32 @_setjmp(ptr) returns_twice
declare ptr @llvm.frameaddress.p0(i32)
"""


def trampolines_ir(symbols: Iterable[str], platform: Platform) -> str:
    """One unit with the trampolines of those names."""
    names = list(symbols)
    functions = [_function(name, platform) for name in names]
    attributes = f"attributes #0 = {{ {ATTRIBUTES} }}\nattributes {JUMP_ATTRIBUTES} = {{ {JUMP_ATTRIBUTE_TEXT} }}\n"
    return "".join([_DECLARATIONS, DECLARATIONS, *functions, *_jumps(names, platform), attributes])


def _jumps(symbols: list[str], platform: Platform) -> list[str]:
    """The functions that calls of wasm code need on the way."""
    kinds_and_keys = [symbol.split(".", 1) for symbol in symbols]
    keys = dict.fromkeys(key for kind, key in kinds_and_keys if kind in ("enter", "builtin"))
    return [jump_ir(key) for key in keys if needs_jump(*_letters(key), platform.arch)]


def _letters(key: str) -> tuple[str, str]:
    """Parameters and results of a key."""
    params, _, results = key.partition(":")
    return params, results


def _function(symbol: str, platform: Platform) -> str:
    kind, _, key = symbol.partition(".")
    if kind == "enter":
        return _enter(key, platform)
    if kind == "thunk":
        return _thunk(key)
    return builtin_ir(key, platform) if kind == "builtin" else host_ir(key)


def _buffer_bytes(key: str) -> int:
    params, _, results = key.partition(":")
    return max(sum(SLOT_BYTES[letter] for letter in letters) for letters in (params, results))


def _loads(letters: str, prefix: str) -> str:
    """Read values %<prefix>0, %<prefix>1, ... from %buffer."""
    return "".join(
        f"  %{prefix}{i}.p = getelementptr i8, ptr %buffer, i64 {offset}\n"
        f"  %{prefix}{i} = load {type}, ptr %{prefix}{i}.p, align {min(8, _align(type))}\n"
        for i, (type, offset) in enumerate(value_slots(letters))
    )


def _stores(letters: str, prefix: str, buffer: str = "%buffer") -> str:
    """Write values %<prefix>0, %<prefix>1, ... to a buffer."""
    name = f"{buffer}.{prefix}"
    return "".join(
        f"  {name}{i}.p = getelementptr i8, ptr {buffer}, i64 {offset}\n"
        f"  store {type} %{prefix}{i}, ptr {name}{i}.p, align {min(8, _align(type))}\n"
        for i, (type, offset) in enumerate(value_slots(letters))
    )


def _align(type: str) -> int:
    return 4 if type in ("i32", "float") else 8


def _enter(key: str, platform: Platform) -> str:
    params, _, results = key.partition(":")
    returned = result_type(results)
    in_memory = results_in_memory(results)
    if needs_jump(params, results, platform.arch):
        code, give, arguments = jump_name(key), "", jump_arguments("%code", "%buffer")
    else:
        halves, arguments = call_arguments(params)
        code, give = "%code", _loads(params, "p") + halves
    call = f"call tailcc {returned} {code}(ptr %c{', ptr %buffer' if in_memory else ''}{arguments})"
    if not results or in_memory:
        take = f"  {call}\n"
    elif len(results) == 1:
        take = f"  %r0 = {call}\n"
    else:
        take = f"  %r = {call}\n"
        take += "".join(f"  %r{i} = extractvalue {returned} %r, {i}\n" for i in range(len(results)))
    return f"""
define i32 @"{enter_symbol(key)}"(ptr %code, ptr %c, ptr %buffer, ptr %trap) #0 {{
  %activation = alloca [{activation_bytes(platform)} x i8], align 16
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %refused = call i32 @wj_begin(ptr %activation, ptr %c, ptr %trap, ptr %frame)
  %open = icmp eq i32 %refused, 0
  br i1 %open, label %set, label %refuse
refuse:
  ret i32 %refused
set:
  %jmp_buf = getelementptr i8, ptr %activation, i64 {ACTIVATION_JMP_BUF}
  %trapped = call i32 @_setjmp(ptr %jmp_buf) returns_twice
  %first = icmp eq i32 %trapped, 0
  br i1 %first, label %run, label %stop
run:
{give}{take}{"" if in_memory else _stores(results, "r")}\
  call void @wj_end(ptr %activation)
  ret i32 0
stop:
  call void @wj_end(ptr %activation)
  %reason.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_CODE}
  %reason = load i32, ptr %reason.p, align 8
  ret i32 %reason
}}
"""


def _thunk(key: str) -> str:
    """The host needs stack too: a caller with a huge frame may have none left, though it passed its own check."""
    params, _, results = key.partition(":")
    slots = value_slots(results)
    returned = result_type(results)
    joins = "".join(f"  {line}\n" for line in joined_parameters(params))
    if not results:
        give = "  ret void\n"
    elif results_in_memory(results):
        give = f"{_stores(results, 'r', '%ret')}  ret void\n"
    elif len(results) == 1:
        give = f"  ret {returned} %r0\n"
    else:
        chain = [
            f"  %t{i} = insertvalue {returned} {f'%t{i - 1}' if i else 'poison'}, {type} %r{i}, {i}\n"
            for i, (type, _) in enumerate(slots)
        ]
        give = "".join([*chain, f"  ret {returned} %t{len(slots) - 1}\n"])
    return f"""
define tailcc {returned} @"{thunk_symbol(key)}"(ptr %c{parameter_list(params, results)}) #0 {{
  %buffer = alloca [{max(_buffer_bytes(key), 8)} x i8], align 16
  %store.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_STORE}
  %store = load ptr, ptr %store.p, align 8
  %limit.p = getelementptr i8, ptr %store, i64 {layout.STORE_STACK_LIMIT}
  %limit = load ptr, ptr %limit.p, align 8
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %deep = icmp ult ptr %frame, %limit
  br i1 %deep, label %exhausted, label %call
exhausted:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.STACK_EXHAUSTED)}, i32 0)
  unreachable
call:
{joins}{_stores(params, "p")}\
  %dispatch = load ptr, ptr @wj_dispatch, align 8
  %raised = call i32 %dispatch(ptr %c, ptr %buffer)
  switch i32 %raised, label %failed [
    i32 0, label %done
    i32 {THROWN}, label %thrown
  ]
thrown:
  %exception = load ptr, ptr %buffer, align 8
  call void @wj_throw(ptr %c, ptr %exception)
  unreachable
failed:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.HOST_EXCEPTION)}, i32 0)
  unreachable
done:
{_loads(results, "r")}{give}}}
"""
