"""Calls between Python and wasm through the C API, one pair of functions a signature key, as LLVM IR.

`builtin.<key>` is a vectorcall function: it takes exact ints and floats, enters wasm, and makes objects of the results.
Whatever it does not know (other types, wrong counts, keywords, another thread in the store) it leaves to the portable
function of the same object (runtime/func.py), so that there is one place that converts and complains.

`host.<key>` is a wasm function: it makes objects of its arguments, calls the callable of its host context, and takes
exact ints and floats as results; others go to the context's `accept(result, buffer address, context address)`.

Keys with references have no functions here.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.signature import SLOT_BYTES
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.convention import (
    LLVM_TYPE,
    call_arguments,
    joined_parameters,
    needs_jump,
    parameter_list,
    result_type,
    results_in_memory,
    value_slots,
)
from wasmjit.compile.jump_ir import jump_arguments, jump_name
from wasmjit.compile.platform import Platform
from wasmjit.compile.python_ir import OFFSET_FLAG
from wasmjit.compile.support_ir import ACTIVATION_JMP_BUF, activation_bytes
from wasmjit.compile.symbols import builtin_symbol, host_symbol

DECLARATIONS = """
@wj_callable_offset = external global i64
@wj_none = external global ptr
@PyLong_Type = external global i8
@PyFloat_Type = external global i8
@PyBytes_Type = external global i8
declare dso_local i32 @wj_call_begin(ptr, ptr, ptr)
declare dso_local i1 @wj_call_end(ptr)
declare dso_local void @wj_call_trap(ptr)
declare dso_local ptr @wj_portable(ptr, ptr, i64, ptr)
declare dso_local i32 @wj_host_begin()
declare dso_local void @wj_host_end(i32)
declare dso_local void @wj_host_raised()
declare dso_local ptr @wj_thrown(ptr)
declare dso_local i32 @wj_host_check(ptr)
declare i64 @PyLong_AsLongLongAndOverflow(ptr, ptr)
declare double @PyFloat_AsDouble(ptr)
declare double @PyLong_AsDouble(ptr)
declare i64 @PyBytes_Size(ptr)
declare ptr @PyBytes_AsString(ptr)
declare ptr @PyBytes_FromStringAndSize(ptr, i64)
declare ptr @PyLong_FromLong(i64)
declare ptr @PyLong_FromUnsignedLongLong(i64)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyTuple_New(i64)
declare i32 @PyTuple_SetItem(ptr, i64, ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare ptr @PyErr_Occurred()
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)
"""


# --- one value


_EXACT = {"i": "@PyLong_Type", "I": "@PyLong_Type", "f": "@PyFloat_Type", "F": "@PyFloat_Type", "v": "@PyBytes_Type"}


def _take(letter: str, name: str, other: str) -> str:
    """The object %<name>.o as the value %<name>, in a new block; goes to label `other` if it needs conversion."""
    check = f"""\
  %{name}.t.p = getelementptr i8, ptr %{name}.o, i64 8
  %{name}.t = load ptr, ptr %{name}.t.p, align 8
  %{name}.exact = icmp eq ptr %{name}.t, {_EXACT[letter]}
  br i1 %{name}.exact, label %{name}.read, label %{other}
{name}.read:
"""
    return check + _READ[letter].replace("NAME", name).replace("OTHER", other)


_READ_INT = """\
  %NAME.w = call i64 @PyLong_AsLongLongAndOverflow(ptr %NAME.o, ptr %overflow)
  %NAME.v = load i32, ptr %overflow, align 4
  %NAME.fits = icmp eq i32 %NAME.v, 0
"""
_READ = {
    "i": _READ_INT
    + """\
  %NAME.above = add i64 %NAME.w, 2147483648
  %NAME.range = icmp ult i64 %NAME.above, 6442450944
  %NAME.good = and i1 %NAME.fits, %NAME.range
  br i1 %NAME.good, label %NAME.done, label %OTHER
NAME.done:
  %NAME = trunc i64 %NAME.w to i32
""",
    "I": _READ_INT
    + """\
  br i1 %NAME.fits, label %NAME.done, label %OTHER
NAME.done:
  %NAME = add i64 %NAME.w, 0
""",
    "f": """\
  %NAME.d = call double @PyFloat_AsDouble(ptr %NAME.o)
  %NAME = fptrunc double %NAME.d to float
""",
    "F": "  %NAME = call double @PyFloat_AsDouble(ptr %NAME.o)\n",
    "v": """\
  %NAME.n = call i64 @PyBytes_Size(ptr %NAME.o)
  %NAME.fits = icmp eq i64 %NAME.n, 16
  br i1 %NAME.fits, label %NAME.done, label %OTHER
NAME.done:
  %NAME.b = call ptr @PyBytes_AsString(ptr %NAME.o)
  %NAME = load <2 x i64>, ptr %NAME.b, align 1
""",
}

_BOX = {
    "i": "  %NAME.w = sext i32 %NAME to i64\n  %NAME.o = call ptr @PyLong_FromLong(i64 %NAME.w)\n",
    "I": "  %NAME.o = call ptr @PyLong_FromLong(i64 %NAME)\n",
    "f": "  %NAME.w = fpext float %NAME to double\n  %NAME.o = call ptr @PyFloat_FromDouble(double %NAME.w)\n",
    "F": "  %NAME.o = call ptr @PyFloat_FromDouble(double %NAME)\n",
    "v": "  store <2 x i64> %NAME, ptr %vector, align 16\n"
    "  %NAME.o = call ptr @PyBytes_FromStringAndSize(ptr %vector, i64 16)\n",
}


def _box(letter: str, name: str) -> str:
    """The value %<name> as the object %<name>.o; null if there is no memory for it."""
    return _BOX[letter].replace("NAME", name)


_SPACE = "  %overflow = alloca i32, align 4\n  %vector = alloca <2 x i64>, align 16\n"


# --- Python to wasm


def builtin_ir(key: str, platform: Platform) -> str:
    """The vectorcall function of a key."""
    params, _, results = key.partition(":")
    takes = "".join(
        f"  %p{i}.o.p = getelementptr i8, ptr %arguments, i64 {8 * i}\n"
        f"  %p{i}.o = load ptr, ptr %p{i}.o.p, align 8\n" + _take(letter, f"p{i}", "other")
        for i, letter in enumerate(params)
    )
    passed = _buffer("%passed", params) if needs_jump(params, results, platform.arch) else ""
    return f"""
define ptr @"{builtin_symbol(key)}"(ptr %self, ptr %arguments, i64 %count, ptr %names) #0 {{
  %activation = alloca [{activation_bytes(platform)} x i8], align 16
{_SPACE}{_buffer("%buffer", results)}{passed}  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %number = and i64 %count, 9223372036854775807
  %enough = icmp eq i64 %number, {len(params)}
  %plain = icmp eq ptr %names, null
  %usual = and i1 %enough, %plain
  br i1 %usual, label %take, label %other
other:
  %elsewhere = call ptr @wj_portable(ptr %self, ptr %arguments, i64 %count, ptr %names)
  ret ptr %elsewhere
take:
{takes}  %offset = load i64, ptr @wj_callable_offset, align 8
  %fields = getelementptr i8, ptr %self, i64 %offset
  %refused = call i32 @wj_call_begin(ptr %activation, ptr %fields, ptr %frame)
  %open = icmp eq i32 %refused, 0
  br i1 %open, label %set, label %other
set:
  %jmp_buf = getelementptr i8, ptr %activation, i64 {ACTIVATION_JMP_BUF}
  %trapped = call i32 @_setjmp(ptr %jmp_buf) returns_twice
  %first = icmp eq i32 %trapped, 0
  br i1 %first, label %run, label %stop
stop:
  call void @wj_call_trap(ptr %activation)
  ret ptr null
run:
  %slot.p = getelementptr i8, ptr %fields, i64 {layout.CALLABLE_CODE}
  %slot = load ptr, ptr %slot.p, align 8
  %code = load ptr, ptr %slot, align 8
  %c.p = getelementptr i8, ptr %fields, i64 {layout.CALLABLE_VMCTX}
  %c = load ptr, ptr %c.p, align 8
{_call(key, platform.arch)}  %raised = call i1 @wj_call_end(ptr %activation)
  br i1 %raised, label %failed, label %give
failed:
  ret ptr null
give:
{_give(results)}}}
"""


def _call(key: str, arch: str) -> str:
    """The call of wasm, its results as %r0, %r1 ..."""
    params, _, results = key.partition(":")
    if needs_jump(params, results, arch):
        give, code, arguments = _stores(params), jump_name(key), jump_arguments("%code", "%passed")
    else:
        (give, arguments), code = call_arguments(params), "%code"
    returned = result_type(results)
    in_memory = results_in_memory(results)
    call = f"call tailcc {returned} {code}(ptr %c{', ptr %buffer' if in_memory else ''}{arguments})\n"
    if in_memory:
        return f"{give}  {call}{_loads(results, '%buffer', 'r')}"
    if len(results) <= 1:
        return f"{give}  {'%r0 = ' if results else ''}{call}"
    parts = [f"  %r{i} = extractvalue {returned} %r, {i}\n" for i in range(len(results))]
    return "".join([give, f"  %r = {call}", *parts])


def _stores(params: str) -> str:
    """Write the arguments to the buffer from where a function of jump_ir.py takes them."""
    return "".join(
        f"  %p{i}.m = getelementptr i8, ptr %passed, i64 {offset}\n  store {type} %p{i}, ptr %p{i}.m, align 8\n"
        for i, (type, offset) in enumerate(value_slots(params))
    )


def _loads(letters: str, buffer: str, prefix: str) -> str:
    """Read the values %<prefix>0, %<prefix>1 ... from a buffer."""
    return "".join(
        f"  %{prefix}{i}.m = getelementptr i8, ptr {buffer}, i64 {offset}\n"
        f"  %{prefix}{i} = load {type}, ptr %{prefix}{i}.m, align 4\n"
        for i, (type, offset) in enumerate(value_slots(letters))
    )


def _buffer(name: str, letters: str) -> str:
    """Memory for values."""
    return f"  {name} = alloca [{max(sum(SLOT_BYTES[letter] for letter in letters), 8)} x i8], align 16\n"


def _give(results: str) -> str:
    """Return None, an object, or a tuple. Without memory an exception is set, and what was made is lost."""
    if not results:
        return "  %None = load ptr, ptr @wj_none, align 8\n  call void @Py_IncRef(ptr %None)\n  ret ptr %None\n"
    if len(results) == 1:
        return f"{_box(results, 'r0')}  ret ptr %r0.o\n"
    items = "".join(
        f"{_box(letter, f'r{i}')}  %set{i} = call i32 @PyTuple_SetItem(ptr %tuple, i64 {i}, ptr %r{i}.o)\n"
        for i, letter in enumerate(results)
    )
    return f"""\
  %tuple = call ptr @PyTuple_New(i64 {len(results)})
  %lost = icmp eq ptr %tuple, null
  br i1 %lost, label %failed, label %fill
fill:
{items}  %error = call ptr @PyErr_Occurred()
  %fine = icmp eq ptr %error, null
  br i1 %fine, label %done, label %drop
drop:
  call void @Py_DecRef(ptr %tuple)
  ret ptr null
done:
  ret ptr %tuple
"""


# --- wasm to Python


def host_ir(key: str) -> str:
    """The host thunk of a key."""
    params, _, results = key.partition(":")
    joins = "".join(f"  {line}\n" for line in joined_parameters(params))
    return f"""
define tailcc {result_type(results)} @"{host_symbol(key)}"(ptr %c{parameter_list(params, results)}) #0 {{
  %arguments = alloca [{len(params) + 2} x ptr], align 8
  %pair = alloca [4 x ptr], align 8
{_buffer("%buffer", results)}{_SPACE}{_room()}{joins}  %state = call i32 @wj_host_begin()
{_arguments(params)}  %callable.p = getelementptr i8, ptr %c, i64 {layout.HOST_CALLABLE}
  %callable = load ptr, ptr %callable.p, align 8
{_without_memory(params)}  %result.o = call ptr @PyObject_Vectorcall(ptr %callable, ptr %first, i64 %counted, ptr null)
{"".join(f"  call void @Py_DecRef(ptr %p{i}.o)" + chr(10) for i in range(len(params)))}\
  %failed = icmp eq ptr %result.o, null
  br i1 %failed, label %raised, label %returned
raised:
  call void @wj_host_raised()
  %thrown = call ptr @wj_thrown(ptr %c)
  call void @wj_host_end(i32 %state)
  %is.trap = icmp eq ptr %thrown, null
  br i1 %is.trap, label %trap, label %throw
throw:
  call void @wj_throw(ptr %c, ptr %thrown)
  unreachable
trap:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.HOST_EXCEPTION)}, i32 0)
  unreachable
interrupted:
  call void @wj_trap(ptr %c, i32 %reason, i32 0)
  unreachable
returned:
{_results(results)}}}
"""


def _room() -> str:
    """The host needs stack too: a caller with a huge frame may have none left, though it passed its own check."""
    return f"""\
  %store = load ptr, ptr %c, align 8
  %limit = load ptr, ptr %store, align 8
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %deep = icmp ult ptr %frame, %limit
  br i1 %deep, label %exhausted, label %call
exhausted:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.STACK_EXHAUSTED)}, i32 0)
  unreachable
call:
"""


def _arguments(params: str) -> str:
    """Objects of the parameters, behind that of the caller if the callable wants it: %first and %counted."""
    boxes = "".join(
        f"{_box(letter, f'p{i}')}  %p{i}.s = getelementptr i8, ptr %arguments, i64 {8 * i + 16}\n"
        f"  store ptr %p{i}.o, ptr %p{i}.s, align 8\n"
        for i, letter in enumerate(params)
    )
    return f"""\
{boxes}  %caller.p = getelementptr i8, ptr %c, i64 {layout.HOST_CALLER}
  %caller = load ptr, ptr %caller.p, align 8
  %caller.s = getelementptr i8, ptr %arguments, i64 8
  store ptr %caller, ptr %caller.s, align 8
  %anonymous = icmp eq ptr %caller, null
  %start = select i1 %anonymous, i64 16, i64 8
  %first = getelementptr i8, ptr %arguments, i64 %start
  %number = select i1 %anonymous, i64 {len(params)}, i64 {len(params) + 1}
  %counted = or i64 %number, {OFFSET_FLAG}
"""


def _without_memory(params: str) -> str:
    """Go to label `raised` if an object could not be made; the others are lost with it."""
    if not params:
        return ""
    lines = ["  %none.0 = icmp eq ptr %p0.o, null\n"]
    for i in range(1, len(params)):
        lines.append(f"  %null.{i} = icmp eq ptr %p{i}.o, null\n  %none.{i} = or i1 %none.{i - 1}, %null.{i}\n")
    return "".join([*lines, f"  br i1 %none.{len(params) - 1}, label %raised, label %ready\nready:\n"])


def _results(results: str) -> str:
    """Take what was returned, and go on in wasm unless it is to stop."""
    finish = """\
  call void @Py_DecRef(ptr %result.o)
  call void @wj_host_end(i32 %state)
  %reason = call i32 @wj_host_check(ptr %c)
  %go.on = icmp eq i32 %reason, 0
  br i1 %go.on, label %leave, label %interrupted
leave:
"""
    if not results:
        return f"{finish}  ret void\n"
    if len(results) > 1:
        return f"  br label %other\n{_accept()}{_after_accept(finish, results)}"
    letter = results
    return f"""\
{_take(letter, "result", "other")}  br label %finish
{_accept()}accepted:
  %kept = load {LLVM_TYPE[letter]}, ptr %buffer, align 8
  br label %finish
finish:
  %value = phi {LLVM_TYPE[letter]} [ %result, %{_last_block(letter)} ], [ %kept, %accepted ]
{finish}  ret {LLVM_TYPE[letter]} %value
"""


def _last_block(letter: str) -> str:
    return "result.read" if letter in "fF" else "result.done"


def _accept() -> str:
    """Let Python put what was returned into the buffer."""
    return f"""\
other:
  %address = ptrtoint ptr %buffer to i64
  %address.o = call ptr @PyLong_FromUnsignedLongLong(i64 %address)
  %pair.0 = getelementptr i8, ptr %pair, i64 8
  store ptr %result.o, ptr %pair.0, align 8
  %pair.1 = getelementptr i8, ptr %pair, i64 16
  store ptr %address.o, ptr %pair.1, align 8
  %context = ptrtoint ptr %c to i64
  %context.o = call ptr @PyLong_FromUnsignedLongLong(i64 %context)
  %pair.2 = getelementptr i8, ptr %pair, i64 24
  store ptr %context.o, ptr %pair.2, align 8
  %no.address = icmp eq ptr %address.o, null
  %no.context = icmp eq ptr %context.o, null
  %no.memory = or i1 %no.address, %no.context
  br i1 %no.memory, label %unfit, label %ask
ask:
  %accept.p = getelementptr i8, ptr %c, i64 {layout.HOST_ACCEPT}
  %accept = load ptr, ptr %accept.p, align 8
  %accept.n = or i64 3, {OFFSET_FLAG}
  %done.o = call ptr @PyObject_Vectorcall(ptr %accept, ptr %pair.0, i64 %accept.n, ptr null)
  call void @Py_DecRef(ptr %address.o)
  call void @Py_DecRef(ptr %context.o)
  %refused = icmp eq ptr %done.o, null
  br i1 %refused, label %unfit, label %fit
unfit:
  call void @Py_DecRef(ptr %result.o)
  br label %raised
fit:
  call void @Py_DecRef(ptr %done.o)
  br label %accepted
"""


def _after_accept(finish: str, results: str) -> str:
    """Several results, read from the buffer."""
    if results_in_memory(results):
        copy = "  call void @llvm.memcpy.p0.p0.i64(ptr %ret, ptr %buffer, i64 {}, i1 false)\n"
        return f"accepted:\n{finish}{copy.format(sum(SLOT_BYTES[letter] for letter in results))}  ret void\n"
    returned = result_type(results)
    chain = "".join(
        f"  %t{i} = insertvalue {returned} {f'%t{i - 1}' if i else 'poison'}, {LLVM_TYPE[letter]} %k{i}, {i}\n"
        for i, letter in enumerate(results)
    )
    return f"accepted:\n{finish}{_loads(results, '%buffer', 'k')}{chain}  ret {returned} %t{len(results) - 1}\n"
