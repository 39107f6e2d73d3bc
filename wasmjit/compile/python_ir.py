"""Where native code meets the C API of Python, as LLVM IR: what calls in both directions share (boundary_ir.py).

Only functions of the stable interface are used, and of its structures the type in an object's header. All of it needs
the global interpreter lock: a store's lock, for one, is a word that is only changed by who holds the GIL.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.libcalls import FIRST_PYTHON_LIBCALL, RAISED, Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.interrupt_ir import interrupt_ir
from wasmjit.compile.platform import Platform
from wasmjit.compile.support_ir import (
    ACTIVATION_HELD,
    ACTIVATION_SAVED,
    ACTIVATION_STORE,
    ACTIVATION_TRAP,
    ATTRIBUTES,
)
from wasmjit.compile.symbols import libcall_symbol

OFFSET_FLAG = "-9223372036854775808"
"""PY_VECTORCALL_ARGUMENTS_OFFSET: the word before the arguments may be overwritten."""


def python_ir(platform: Platform) -> str:
    """The whole unit; it refers to that of support_ir.py."""
    attributes = f"attributes #0 = {{ {ATTRIBUTES} }}\n"
    return "".join([_DECLARATIONS, _BEGIN, _END, _PENDING, _HOST, _LOCK, _calls(), interrupt_ir(platform), attributes])


_DECLARATIONS = """
@wj_callable_offset = dso_local global i64 0
@wj_lock_offset = dso_local global i64 0
@wj_countdown = dso_local global i64 0
@wj_python_libcalls = dso_local global [64 x ptr] zeroinitializer
@wj_python_dispatch = dso_local global ptr null
@wj_python_provide = dso_local global ptr null
@wj_none = dso_local global ptr null
@wj_true = dso_local global ptr null
@wj_false = dso_local global ptr null
@wj_key = external global i32
declare ptr @pthread_getspecific(i32)
declare dso_local ptr @wj_thread()
declare dso_local i32 @wj_begin_in(ptr, ptr, ptr, ptr, ptr)
declare dso_local void @wj_end(ptr)
declare dso_local void @wj_trap(ptr, i32, i32) noreturn
declare void @PyEval_RestoreThread(ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare ptr @PyObject_CallNoArgs(ptr)
declare ptr @PyLong_FromLong(i64)
declare ptr @PyLong_FromUnsignedLongLong(i64)
declare i64 @PyLong_AsLongLong(ptr)
declare ptr @PyErr_Occurred()
declare void @PyErr_Fetch(ptr, ptr, ptr)
declare void @PyErr_NormalizeException(ptr, ptr, ptr)
declare void @PyErr_Restore(ptr, ptr, ptr)
declare i32 @PyException_SetTraceback(ptr, ptr)
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)
"""

# Begins a call of a function object without conversions: 0, or 1 if it has to go the portable way. %fields are those
# of abi.layout.CALLABLE_*. Every so often the portable way is taken for its check of the signal handlers.
_BEGIN = f"""
define dso_local i32 @wj_call_begin(ptr %activation, ptr %fields, ptr %frame) #0 {{
  %key = load i32, ptr @wj_key, align 4
  %thread = call ptr @pthread_getspecific(i32 %key)
  %stranger = icmp eq ptr %thread, null
  br i1 %stranger, label %portable, label %known
known:
  %low.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_STACK_LOW}
  %low = load i64, ptr %low.p, align 8
  %alive.pp = getelementptr i8, ptr %fields, i64 {layout.CALLABLE_ALIVE}
  %alive.p = load ptr, ptr %alive.pp, align 8
  %alive = load i64, ptr %alive.p, align 8
  %bare = icmp eq i64 %low, 0
  %dead = icmp eq i64 %alive, 0
  %unfit = or i1 %bare, %dead
  br i1 %unfit, label %portable, label %look
look:
  %store.p = getelementptr i8, ptr %fields, i64 {layout.CALLABLE_STORE}
  %store = load ptr, ptr %store.p, align 8
  %owner.p = getelementptr i8, ptr %store, i64 {layout.STORE_OWNER}
  %owner = load ptr, ptr %owner.p, align 8
  %mine = icmp eq ptr %owner, %thread
  br i1 %mine, label %take, label %others
others:
  %free = icmp eq ptr %owner, null
  br i1 %free, label %outermost, label %portable
outermost:
  %countdown = load i64, ptr @wj_countdown, align 8
  %less = sub i64 %countdown, 1
  store i64 %less, ptr @wj_countdown, align 8
  %check = icmp slt i64 %less, 0
  br i1 %check, label %portable, label %take
take:
  store ptr %thread, ptr %owner.p, align 8
  %locks.p = getelementptr i8, ptr %store, i64 {layout.STORE_LOCKS}
  %locks = load i64, ptr %locks.p, align 8
  %more = add i64 %locks, 1
  store i64 %more, ptr %locks.p, align 8
  %stack.p = getelementptr i8, ptr %store, i64 {layout.STORE_STACK_LOW}
  store i64 %low, ptr %stack.p, align 8
  %vmctx.p = getelementptr i8, ptr %fields, i64 {layout.CALLABLE_VMCTX}
  %vmctx = load ptr, ptr %vmctx.p, align 8
  %trap.p = getelementptr i8, ptr %store, i64 {layout.STORE_TRAP_INFO}
  %trap = load ptr, ptr %trap.p, align 8
  %refused = call i32 @wj_begin_in(ptr %activation, ptr %vmctx, ptr %trap, ptr %frame,
    ptr %thread)
  %open = icmp eq i32 %refused, 0
  br i1 %open, label %gil, label %give
give:
  %unlocked = call i1 @unlock(ptr %store)
  br label %portable
gil:
  %held.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_HELD}
  %release.p = getelementptr i8, ptr %store, i64 {layout.STORE_RELEASE_GIL}
  %release = load i64, ptr %release.p, align 8
  %keep = icmp eq i64 %release, 0
  br i1 %keep, label %hold, label %let.go
hold:
  store i64 1, ptr %held.p, align 8
  ret i32 0
let.go:
  %saved.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_SAVED}
  %saved = call ptr @PyEval_SaveThread()
  store ptr %saved, ptr %saved.p, align 8
  ret i32 0
portable:
  ret i32 1
}}
"""

# Ends a call. `wj_call_end` returns whether Python raised meanwhile; `wj_call_trap` always leaves an exception.
_END = f"""
define internal void @close(ptr %activation) #0 {{
  call void @wj_end(ptr %activation)
  %saved.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_SAVED}
  %saved = load ptr, ptr %saved.p, align 8
  %held = icmp eq ptr %saved, null
  br i1 %held, label %done, label %take
take:
  call void @PyEval_RestoreThread(ptr %saved)
  br label %done
done:
  ret void
}}
define internal i1 @after(ptr %store) #0 {{
  %nested = call i1 @unlock(ptr %store)
  br i1 %nested, label %done, label %idle
idle:
  %unowned.p = getelementptr i8, ptr %store, i64 {layout.STORE_UNOWNED}
  %unowned = load i64, ptr %unowned.p, align 8
  %unsettled.p = getelementptr i8, ptr %store, i64 {layout.STORE_UNSETTLED}
  %unsettled = load i64, ptr %unsettled.p, align 8
  %waiters.p = getelementptr i8, ptr %store, i64 {layout.STORE_WAITERS}
  %waiters = load i64, ptr %waiters.p, align 8
  %some = or i64 %unowned, %unsettled
  %work = or i64 %some, %waiters
  %none = icmp eq i64 %work, 0
  br i1 %none, label %done, label %call
call:
  %function.p = getelementptr i8, ptr %store, i64 {layout.STORE_AFTER_CALL}
  %function = load ptr, ptr %function.p, align 8
  %result = call ptr @PyObject_CallNoArgs(ptr %function)
  %failed = icmp eq ptr %result, null
  br i1 %failed, label %raised, label %drop
raised:
  ret i1 true
drop:
  call void @Py_DecRef(ptr %result)
  br label %done
done:
  ret i1 false
}}
define dso_local i1 @wj_call_end(ptr %activation) #0 {{
  %store.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_STORE}
  %store = load ptr, ptr %store.p, align 8
  call void @close(ptr %activation)
  %raised = call i1 @after(ptr %store)
  ret i1 %raised
}}
define dso_local void @wj_call_trap(ptr %activation) #0 {{
  %arguments = alloca [2 x ptr], align 8
  %type = alloca ptr, align 8
  %value = alloca ptr, align 8
  %trace = alloca ptr, align 8
  %store.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_STORE}
  %store = load ptr, ptr %store.p, align 8
  call void @close(ptr %activation)
  %trap.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_TRAP}
  %trap = load ptr, ptr %trap.p, align 8
  %code.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_CODE}
  %code = load i64, ptr %code.p, align 8
  %number = call ptr @PyLong_FromLong(i64 %code)
  %first = getelementptr i8, ptr %arguments, i64 8
  store ptr %number, ptr %first, align 8
  %function.p = getelementptr i8, ptr %store, i64 {layout.STORE_ON_TRAP}
  %function = load ptr, ptr %function.p, align 8
  %counted = or i64 1, {OFFSET_FLAG}
  %never = call ptr @PyObject_Vectorcall(ptr %function, ptr %first, i64 %counted, ptr null)
  call void @PyErr_Fetch(ptr %type, ptr %value, ptr %trace)
  call void @Py_DecRef(ptr %number)
  %raised = call i1 @after(ptr %store)
  %t = load ptr, ptr %type, align 8
  %v = load ptr, ptr %value, align 8
  %b = load ptr, ptr %trace, align 8
  br i1 %raised, label %newer, label %restore
newer:
  call void @Py_DecRef(ptr %t)
  call void @Py_DecRef(ptr %v)
  call void @Py_DecRef(ptr %b)
  ret void
restore:
  call void @PyErr_Restore(ptr %t, ptr %v, ptr %b)
  ret void
}}
define dso_local ptr @wj_portable(ptr %self, ptr %arguments, i64 %count, ptr %names) #0 {{
  %offset = load i64, ptr @wj_callable_offset, align 8
  %fields = getelementptr i8, ptr %self, i64 %offset
  %portable.p = getelementptr i8, ptr %fields, i64 {layout.CALLABLE_PORTABLE}
  %portable = load ptr, ptr %portable.p, align 8
  %result = call ptr @PyObject_Vectorcall(ptr %portable, ptr %arguments, i64 %count, ptr %names)
  ret ptr %result
}}
"""

# An exception on its way through wasm frames is kept in the thread's record.
_PENDING = f"""
define dso_local void @wj_stash(ptr %thread) #0 {{
  %type = alloca ptr, align 8
  %value = alloca ptr, align 8
  %trace = alloca ptr, align 8
  call void @PyErr_Fetch(ptr %type, ptr %value, ptr %trace)
  call void @PyErr_NormalizeException(ptr %type, ptr %value, ptr %trace)
  %t = load ptr, ptr %type, align 8
  %v = load ptr, ptr %value, align 8
  %b = load ptr, ptr %trace, align 8
  %bare = icmp eq ptr %b, null
  br i1 %bare, label %keep, label %attach
attach:
  %ignored = call i32 @PyException_SetTraceback(ptr %v, ptr %b)
  call void @Py_DecRef(ptr %b)
  br label %keep
keep:
  call void @Py_DecRef(ptr %t)
  %pending.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_PENDING}
  %old = load ptr, ptr %pending.p, align 8
  store ptr %v, ptr %pending.p, align 8
  call void @Py_DecRef(ptr %old)
  ret void
}}
define dso_local ptr @wj_take_pending() #0 {{
  %thread = call ptr @wj_thread()
  %pending.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_PENDING}
  %error = load ptr, ptr %pending.p, align 8
  %none = icmp eq ptr %error, null
  br i1 %none, label %nothing, label %take
nothing:
  %None = load ptr, ptr @wj_none, align 8
  call void @Py_IncRef(ptr %None)
  ret ptr %None
take:
  store ptr null, ptr %pending.p, align 8
  ret ptr %error
}}
"""

# Round a call of Python from wasm. `wj_host_begin` makes sure of the GIL; what it returns goes to `wj_host_end`.
# `wj_host_check` says with which trap code wasm is not to be gone on with, 0 if it is.
_HOST = f"""
define dso_local i32 @wj_host_begin() #0 {{
  %thread = call ptr @wj_thread()
  %activation = load ptr, ptr %thread, align 8
  %lost = icmp eq ptr %activation, null
  br i1 %lost, label %ensure, label %look
look:
  %held.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_HELD}
  %held = load i64, ptr %held.p, align 8
  %mine = icmp ne i64 %held, 0
  br i1 %mine, label %keep, label %ensure
keep:
  ret i32 -1
ensure:
  %state = call i32 @PyGILState_Ensure()
  ret i32 %state
}}
define dso_local void @wj_host_end(i32 %state) #0 {{
  %held = icmp slt i32 %state, 0
  br i1 %held, label %done, label %release
release:
  call void @PyGILState_Release(i32 %state)
  br label %done
done:
  ret void
}}
define dso_local void @wj_host_raised() #0 {{
  %thread = call ptr @wj_thread()
  call void @wj_stash(ptr %thread)
  ret void
}}
define dso_local ptr @wj_thrown(ptr %c) #0 {{
  %store = load ptr, ptr %c, align 8
  %function.p = getelementptr i8, ptr %store, i64 {layout.STORE_THROWN}
  %function = load ptr, ptr %function.p, align 8
  %result = call ptr @PyObject_CallNoArgs(ptr %function)
  %failed = icmp eq ptr %result, null
  br i1 %failed, label %raised, label %read
raised:
  call void @wj_host_raised()
  ret ptr null
read:
  %value = call i64 @PyLong_AsLongLong(ptr %result)
  call void @Py_DecRef(ptr %result)
  %exception = inttoptr i64 %value to ptr
  ret ptr %exception
}}
define dso_local i32 @wj_host_check(ptr %c) #0 {{
  %store = load ptr, ptr %c, align 8
  %interrupt.p = getelementptr i8, ptr %store, i64 {layout.STORE_INTERRUPT}
  %interrupt = load i64, ptr %interrupt.p, align 8
  %thread = call ptr @wj_thread()
  %due.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_DUE}
  %due = load i64, ptr %due.p, align 8
  %interrupted = icmp ne i64 %interrupt, 0
  %wide = select i1 %interrupted, i64 {int(TrapCode.INTERRUPT)}, i64 %due
  %code = trunc i64 %wide to i32
  ret i32 %code
}}
"""

# The lock of a store (runtime/lock.py): {{ptr StoreHeader, PyObject to wait with, PyObject to wake the others with}}.
_LOCK = f"""
define internal i1 @unlock(ptr %store) #0 {{
  %locks.p = getelementptr i8, ptr %store, i64 {layout.STORE_LOCKS}
  %locks = load i64, ptr %locks.p, align 8
  %fewer = sub i64 %locks, 1
  store i64 %fewer, ptr %locks.p, align 8
  %nested = icmp ne i64 %fewer, 0
  br i1 %nested, label %done, label %free
free:
  %owner.p = getelementptr i8, ptr %store, i64 {layout.STORE_OWNER}
  store ptr null, ptr %owner.p, align 8
  br label %done
done:
  ret i1 %nested
}}
define internal i1 @try_lock(ptr %store) #0 {{
  %thread = call ptr @wj_thread()
  %owner.p = getelementptr i8, ptr %store, i64 {layout.STORE_OWNER}
  %owner = load ptr, ptr %owner.p, align 8
  %free = icmp eq ptr %owner, null
  %mine = icmp eq ptr %owner, %thread
  %mine.or.free = or i1 %free, %mine
  br i1 %mine.or.free, label %take, label %busy
take:
  store ptr %thread, ptr %owner.p, align 8
  %locks.p = getelementptr i8, ptr %store, i64 {layout.STORE_LOCKS}
  %locks = load i64, ptr %locks.p, align 8
  %more = add i64 %locks, 1
  store i64 %more, ptr %locks.p, align 8
  ret i1 true
busy:
  ret i1 false
}}
define internal ptr @lock_fields(ptr %self) #0 {{
  %offset = load i64, ptr @wj_lock_offset, align 8
  %fields = getelementptr i8, ptr %self, i64 %offset
  ret ptr %fields
}}
define dso_local ptr @wj_lock_enter(ptr %self, ptr %unused) #0 {{
  %fields = call ptr @lock_fields(ptr %self)
  %store = load ptr, ptr %fields, align 8
  br label %attempt
attempt:
  %taken = call i1 @try_lock(ptr %store)
  br i1 %taken, label %done, label %wait
wait:
  %wait.p = getelementptr i8, ptr %fields, i64 8
  %function = load ptr, ptr %wait.p, align 8
  %result = call ptr @PyObject_CallNoArgs(ptr %function)
  %failed = icmp eq ptr %result, null
  br i1 %failed, label %raised, label %again
again:
  call void @Py_DecRef(ptr %result)
  br label %attempt
raised:
  ret ptr null
done:
  call void @Py_IncRef(ptr %self)
  ret ptr %self
}}
define dso_local ptr @wj_lock_try(ptr %self, ptr %unused) #0 {{
  %fields = call ptr @lock_fields(ptr %self)
  %store = load ptr, ptr %fields, align 8
  %taken = call i1 @try_lock(ptr %store)
  %yes = load ptr, ptr @wj_true, align 8
  %no = load ptr, ptr @wj_false, align 8
  %answer = select i1 %taken, ptr %yes, ptr %no
  call void @Py_IncRef(ptr %answer)
  ret ptr %answer
}}
define dso_local ptr @wj_lock_release(ptr %self, ptr %unused) #0 {{
  %fields = call ptr @lock_fields(ptr %self)
  %store = load ptr, ptr %fields, align 8
  %nested = call i1 @unlock(ptr %store)
  br i1 %nested, label %done, label %idle
idle:
  %waiters.p = getelementptr i8, ptr %store, i64 {layout.STORE_WAITERS}
  %waiters = load i64, ptr %waiters.p, align 8
  %alone = icmp eq i64 %waiters, 0
  br i1 %alone, label %done, label %wake
wake:
  %wake.p = getelementptr i8, ptr %fields, i64 16
  %function = load ptr, ptr %wake.p, align 8
  %result = call ptr @PyObject_CallNoArgs(ptr %function)
  %failed = icmp eq ptr %result, null
  br i1 %failed, label %raised, label %drop
raised:
  ret ptr null
drop:
  call void @Py_DecRef(ptr %result)
  br label %done
done:
  %None = load ptr, ptr @wj_none, align 8
  call void @Py_IncRef(ptr %None)
  ret ptr %None
}}
define dso_local ptr @wj_lock_exit(ptr %self, ptr %arguments, i64 %count) #0 {{
  %result = call ptr @wj_lock_release(ptr %self, ptr null)
  ret ptr %result
}}
"""


def _calls() -> str:
    """Calls of Python functions that take and return integers: of libcalls, and of the dispatcher of host functions."""
    stubs = "".join(_libcall_stub(index) for index in range(FIRST_PYTHON_LIBCALL, len(Libcall)))
    return f"{_integer_call(6)}{_integer_call(2)}{stubs}{_DISPATCH}"


def _integer_call(count: int) -> str:
    """`i64 @wj_integers.<count>(ptr function, i64...)`: RAISED with the exception stashed if there is one."""
    parameters = "".join(f", i64 %a{i}" for i in range(count))
    boxes = "".join(
        f"  %o{i} = call ptr @PyLong_FromUnsignedLongLong(i64 %a{i})\n"
        f"  %o{i}.p = getelementptr i8, ptr %arguments, i64 {8 * i + 8}\n"
        f"  store ptr %o{i}, ptr %o{i}.p, align 8\n"
        for i in range(count)
    )
    drops = "".join(f"  call void @Py_DecRef(ptr %o{i})\n" for i in range(count))
    return f"""
define internal i64 @wj_integers.{count}(ptr %function{parameters}) #0 {{
  %arguments = alloca [{count + 1} x ptr], align 8
  %state = call i32 @wj_host_begin()
{boxes}  %first = getelementptr i8, ptr %arguments, i64 8
  %counted = or i64 {count}, {OFFSET_FLAG}
  %result = call ptr @PyObject_Vectorcall(ptr %function, ptr %first, i64 %counted, ptr null)
{drops}  %failed = icmp eq ptr %result, null
  br i1 %failed, label %raised, label %read
read:
  %value = call i64 @PyLong_AsLongLong(ptr %result)
  call void @Py_DecRef(ptr %result)
  %error = call ptr @PyErr_Occurred()
  %fine = icmp eq ptr %error, null
  br i1 %fine, label %done, label %raised
raised:
  call void @wj_host_raised()
  br label %done
done:
  %answer = phi i64 [ %value, %read ], [ {RAISED}, %raised ]
  call void @wj_host_end(i32 %state)
  ret i64 %answer
}}
"""


def _libcall_stub(index: int) -> str:
    raised = "trap" if index == Libcall.HOT else "return"  # its caller knows nothing of exceptions
    return f"""
define dso_local i64 @{libcall_symbol(index)}(ptr %c, i64 %a, i64 %b, i64 %x, i64 %y, i64 %z) #0 {{
  %function.p = getelementptr [64 x ptr], ptr @wj_python_libcalls, i64 0, i64 {index}
  %function = load ptr, ptr %function.p, align 8
  %vmctx = ptrtoint ptr %c to i64
  %result = call i64 @wj_integers.6(ptr %function, i64 %vmctx, i64 %a, i64 %b, i64 %x, i64 %y, i64 %z)
  %raised = icmp eq i64 %result, {RAISED}
  br i1 %raised, label %{raised}, label %check
trap:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.HOST_EXCEPTION)}, i32 0)
  unreachable
check:
  %reason = call i32 @wj_host_check(ptr %c)
  %go.on = icmp eq i32 %reason, 0
  br i1 %go.on, label %return, label %stop
stop:
  call void @wj_trap(ptr %c, i32 %reason, i32 0)
  unreachable
return:
  ret i64 %result
}}
"""


_DISPATCH = f"""
define dso_local i64 @wj_provide_python(i64 %slots, i64 %index) #0 {{
  %function = load ptr, ptr @wj_python_provide, align 8
  %result = call i64 @wj_integers.2(ptr %function, i64 %slots, i64 %index)
  %raised = icmp eq i64 %result, {RAISED}
  %answer = select i1 %raised, i64 0, i64 %result
  ret i64 %answer
}}
define dso_local i32 @wj_dispatch_python(ptr %context, ptr %buffer) #0 {{
  %function = load ptr, ptr @wj_python_dispatch, align 8
  %a = ptrtoint ptr %context to i64
  %b = ptrtoint ptr %buffer to i64
  %result = call i64 @wj_integers.2(ptr %function, i64 %a, i64 %b)
  %raised = icmp eq i64 %result, {RAISED}
  %status = trunc i64 %result to i32
  %answer = select i1 %raised, i32 1, i32 %status
  ret i32 %answer
}}
"""
