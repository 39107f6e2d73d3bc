"""Stopping code that runs, and looking after Python meanwhile, at no cost in the code: a timer's signal, as LLVM IR.

Each thread that enters wasm has a timer of the kernel that sends it SIGURG, which programs ignore unless they say
otherwise, every `TICK_NS` while it stays in wasm. The handler acts only where the program counter is in the code of a
module: there no lock is held and no structure half changed, so it may do whatever a host call may.

* If the call's time is up, or its store is interrupted, it leaves by the jump that every trap takes.
* If others have replaced the handlers for memory faults, it puts ours back: an instruction that faults again and again
  would never end.
* In the main thread it lets Python handle signals, Ctrl-C for one. An exception takes the same way out.
* If the thread holds the GIL it gives it up: the call has turned out long. The GIL is taken back at the next host call,
  or when the call returns.

Elsewhere it only notes that the time is up; host thunks look at that when they come back to wasm. A thread that has
left wasm when a tick arrives stops its timer, and the next call starts it again.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.platform import Platform
from wasmjit.compile.support_ir import ACTIVATION_HELD, ACTIVATION_SAVED, ACTIVATION_STORE, ACTIVATION_TRAP

TICK_NS = 10_000_000
_RETRY_NS = 2_000_000
_SOONEST_NS = 1_000
_TICKS_BETWEEN_SIGNAL_CHECKS = 8  # without the GIL, which has to be taken for it
_SI_TIMER, _SI_TKILL = -2, -6
_SIGEV_THREAD_ID = 4
_CLOCK_MONOTONIC = 1


def interrupt_ir(platform: Platform) -> str:
    """The handler `wj_tick`, and `void @wj_arm_timer(ptr thread)`."""
    return "".join(
        [
            _CLOCK,
            _timer_of(platform),
            _set_timer(platform),
            _FIRST_TICK,
            _tick(platform),
            _REASON,
            _REINSTALL,
            _poll(),
            _stop(platform),
        ]
    )


_CLOCK = f"""
@wj_arena = external global [2 x i64]
@wj_support_code = dso_local global [2 x i64] zeroinitializer
@wj_tick_previous = dso_local global ptr null
declare i32 @clock_gettime(i32, ptr)
declare i64 @syscall(i64, ...)
declare ptr @PyEval_SaveThread()
declare i32 @PyErr_CheckSignals()
define internal i64 @now() #0 {{
  %time = alloca [2 x i64], align 8
  %ignored = call i32 @clock_gettime(i32 {_CLOCK_MONOTONIC}, ptr %time)
  %seconds = load i64, ptr %time, align 8
  %rest.p = getelementptr i8, ptr %time, i64 8
  %rest = load i64, ptr %rest.p, align 8
  %whole = mul i64 %seconds, 1000000000
  %now = add i64 %whole, %rest
  ret i64 %now
}}
"""


def _timer_of(platform: Platform) -> str:
    """A record's timer is the kernel's number and one. Without a thread id, or a timer, calls can't be interrupted."""
    return f"""
define internal i64 @timer_of(ptr %thread) #0 {{
  %event = alloca [64 x i8], align 8
  %number = alloca i64, align 8
  %timer.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_TIMER}
  %known = load i64, ptr %timer.p, align 8
  %some = icmp ne i64 %known, 0
  br i1 %some, label %have, label %create
have:
  ret i64 %known
create:
  %id.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_ID}
  %id = load i32, ptr %id.p, align 8
  %unknown = icmp eq i32 %id, 0
  br i1 %unknown, label %none, label %ask
none:
  ret i64 0
ask:
  call void @llvm.memset.p0.i64(ptr %event, i8 0, i64 64, i1 false)
  store i64 0, ptr %number, align 8
  %signal.p = getelementptr i8, ptr %event, i64 8
  store i32 {platform.sigurg}, ptr %signal.p, align 4
  %notify.p = getelementptr i8, ptr %event, i64 12
  store i32 {_SIGEV_THREAD_ID}, ptr %notify.p, align 4
  %thread.p = getelementptr i8, ptr %event, i64 16
  store i32 %id, ptr %thread.p, align 4
  %failed.code = call i64 (i64, ...) @syscall(i64 {platform.sys_timer_create}, i64 {_CLOCK_MONOTONIC},
    ptr %event, ptr %number)
  %failed = icmp ne i64 %failed.code, 0
  br i1 %failed, label %none, label %created
created:
  %raw = load i32, ptr %number, align 8
  %wide = zext i32 %raw to i64
  %timer = add i64 %wide, 1
  store i64 %timer, ptr %timer.p, align 8
  ret i64 %timer
}}
"""


def _set_timer(platform: Platform) -> str:
    return f"""
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
define internal void @set_timer(ptr %thread, i64 %first, i64 %interval) #0 {{
  %times = alloca [4 x i64], align 8
  %timer = call i64 @timer_of(ptr %thread)
  %none = icmp eq i64 %timer, 0
  br i1 %none, label %done, label %set
set:
  store i64 0, ptr %times, align 8
  %interval.p = getelementptr i8, ptr %times, i64 8
  store i64 %interval, ptr %interval.p, align 8
  %seconds.p = getelementptr i8, ptr %times, i64 16
  store i64 0, ptr %seconds.p, align 8
  %first.p = getelementptr i8, ptr %times, i64 24
  store i64 %first, ptr %first.p, align 8
  %armed.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_ARMED}
  store i64 %interval, ptr %armed.p, align 8
  %number = sub i64 %timer, 1
  %ignored = call i64 (i64, ...) @syscall(i64 {platform.sys_timer_settime}, i64 %number, i64 0, ptr %times, ptr null)
  br label %done
done:
  ret void
}}
"""


_FIRST_TICK = f"""
define internal i64 @first_tick(ptr %thread) #0 {{
  %deadline.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_DEADLINE}
  %deadline = load i64, ptr %deadline.p, align 8
  %none = icmp eq i64 %deadline, 0
  br i1 %none, label %usual, label %compare
usual:
  ret i64 {TICK_NS}
compare:
  %now = call i64 @now()
  %left = sub i64 %deadline, %now
  %least = call i64 @llvm.smax.i64(i64 %left, i64 {_SOONEST_NS})
  %first = call i64 @llvm.smin.i64(i64 %least, i64 {TICK_NS})
  ret i64 %first
}}
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.smin.i64(i64, i64)
define dso_local void @wj_arm_timer(ptr %thread) #0 {{
  %first = call i64 @first_tick(ptr %thread)
  call void @set_timer(ptr %thread, i64 %first, i64 {TICK_NS})
  ret void
}}
"""


def _tick(platform: Platform) -> str:
    return f"""
define dso_local void @wj_tick(i32 %sig, ptr %info, ptr %context) #0 {{
  %code.p = getelementptr i8, ptr %info, i64 {platform.siginfo_code}
  %code = load i32, ptr %code.p, align 4
  switch i32 %code, label %foreign [
    i32 {_SI_TIMER}, label %ours
    i32 {_SI_TKILL}, label %ours
  ]
foreign:
  %previous = load ptr, ptr @wj_tick_previous, align 8
  %nobody = icmp eq ptr %previous, null
  br i1 %nobody, label %done, label %pass
pass:
  call void %previous(i32 %sig, ptr %info, ptr %context)
  ret void
ours:
  %key = load i32, ptr @wj_key, align 4
  %thread = call ptr @pthread_getspecific(i32 %key)
  %unknown = icmp eq ptr %thread, null
  br i1 %unknown, label %done, label %known
known:
  %activation = load ptr, ptr %thread, align 8
  %idle = icmp eq ptr %activation, null
  br i1 %idle, label %disarm, label %busy
disarm:
  call void @set_timer(ptr %thread, i64 0, i64 0)
  ret void
busy:
  %reason = call i64 @reason(ptr %thread, ptr %activation)
  %pc.p = getelementptr i8, ptr %context, i64 {platform.context_pc}
  %pc = load i64, ptr %pc.p, align 8
  %in.arena = call i1 @within(i64 %pc, ptr @wj_arena)
  %in.support = call i1 @within(i64 %pc, ptr @wj_support_code)
  %in.module = xor i1 %in.support, true
  %inside = and i1 %in.arena, %in.module
  br i1 %inside, label %in.wasm, label %elsewhere
elsewhere:
  %urgent = icmp ne i64 %reason, 0
  br i1 %urgent, label %note, label %done
note:
  %late = icmp eq i64 %reason, {int(TrapCode.TIMEOUT)}
  %due = select i1 %late, i64 %reason, i64 0
  %due.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_DUE}
  store i64 %due, ptr %due.p, align 8
  call void @set_timer(ptr %thread, i64 {_RETRY_NS}, i64 {_RETRY_NS})
  ret void
in.wasm:
  %go.on = icmp eq i64 %reason, 0
  br i1 %go.on, label %poll, label %stop
stop:
  call void @stop(ptr %activation, ptr %context, i64 %reason)
  ret void
poll:
  %raised = call i1 @poll(ptr %thread, ptr %activation)
  br i1 %raised, label %fail, label %done
fail:
  call void @stop(ptr %activation, ptr %context, i64 {int(TrapCode.HOST_EXCEPTION)})
  ret void
done:
  ret void
}}
"""


_REASON = f"""
define internal i1 @within(i64 %pc, ptr %range) #0 {{
  %start = load i64, ptr %range, align 8
  %size.p = getelementptr i8, ptr %range, i64 8
  %size = load i64, ptr %size.p, align 8
  %offset = sub i64 %pc, %start
  %inside = icmp ult i64 %offset, %size
  ret i1 %inside
}}
define internal i64 @reason(ptr %thread, ptr %activation) #0 {{
  %store.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_STORE}
  %store = load ptr, ptr %store.p, align 8
  %interrupt.p = getelementptr i8, ptr %store, i64 {layout.STORE_INTERRUPT}
  %interrupt = load i64, ptr %interrupt.p, align 8
  %interrupted = icmp ne i64 %interrupt, 0
  br i1 %interrupted, label %stop, label %look
stop:
  ret i64 {int(TrapCode.INTERRUPT)}
look:
  %deadline.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_DEADLINE}
  %deadline = load i64, ptr %deadline.p, align 8
  %none = icmp eq i64 %deadline, 0
  br i1 %none, label %nothing, label %compare
compare:
  %now = call i64 @now()
  %left = sub i64 %deadline, %now
  %over = icmp sle i64 %left, 0
  br i1 %over, label %late, label %wait
late:
  ret i64 {int(TrapCode.TIMEOUT)}
wait:
  %soon = icmp slt i64 %left, {TICK_NS}
  br i1 %soon, label %sooner, label %nothing
sooner:
  %first = call i64 @first_tick(ptr %thread)
  call void @set_timer(ptr %thread, i64 %first, i64 {_RETRY_NS})
  ret i64 0
nothing:
  ret i64 0
}}
"""


_REINSTALL = """
declare dso_local i32 @wj_installed()
@wj_reinstall = dso_local global ptr null
define internal i1 @reinstall(ptr %thread) #0 {
  %state = call i32 @wj_host_begin()
  %function = load ptr, ptr @wj_reinstall, align 8
  %result = call ptr @PyObject_CallNoArgs(ptr %function)
  %failed = icmp eq ptr %result, null
  br i1 %failed, label %keep, label %drop
keep:
  call void @wj_stash(ptr %thread)
  br label %done
drop:
  call void @Py_DecRef(ptr %result)
  br label %done
done:
  call void @wj_host_end(i32 %state)
  ret i1 %failed
}
"""


def _poll() -> str:
    """What Python wants now and then; true if that raised."""
    return f"""
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
define internal i1 @poll(ptr %thread, ptr %activation) #0 {{
  %installed = call i32 @wj_installed()
  %displaced = icmp eq i32 %installed, 0
  br i1 %displaced, label %repair, label %ordinary
repair:
  %failed = call i1 @reinstall(ptr %thread)
  br i1 %failed, label %lost, label %ordinary
lost:
  ret i1 true
ordinary:
  %held.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_HELD}
  %held = load i64, ptr %held.p, align 8
  %main.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_IS_MAIN}
  %main = load i64, ptr %main.p, align 8
  %is.main = icmp ne i64 %main, 0
  %is.held = icmp ne i64 %held, 0
  br i1 %is.held, label %with, label %without
with:
  br i1 %is.main, label %check, label %let.go
check:
  %status = call i32 @PyErr_CheckSignals()
  %raised = icmp ne i32 %status, 0
  br i1 %raised, label %keep, label %let.go
keep:
  call void @wj_stash(ptr %thread)
  ret i1 true
let.go:
  %saved.p = getelementptr i8, ptr %activation, i64 {ACTIVATION_SAVED}
  store i64 0, ptr %held.p, align 8
  %saved = call ptr @PyEval_SaveThread()
  store ptr %saved, ptr %saved.p, align 8
  ret i1 false
without:
  br i1 %is.main, label %count, label %rest
count:
  %ticks.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_TICKS}
  %ticks = load i64, ptr %ticks.p, align 8
  %more = add i64 %ticks, 1
  store i64 %more, ptr %ticks.p, align 8
  %phase = urem i64 %more, {_TICKS_BETWEEN_SIGNAL_CHECKS}
  %turn = icmp eq i64 %phase, 0
  br i1 %turn, label %take, label %done
take:
  %state = call i32 @PyGILState_Ensure()
  %status.2 = call i32 @PyErr_CheckSignals()
  %raised.2 = icmp ne i32 %status.2, 0
  br i1 %raised.2, label %keep.2, label %give
keep.2:
  call void @wj_stash(ptr %thread)
  br label %give
give:
  call void @PyGILState_Release(i32 %state)
  ret i1 %raised.2
rest:
  %deadline.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_DEADLINE}
  %deadline = load i64, ptr %deadline.p, align 8
  %none = icmp eq i64 %deadline, 0
  br i1 %none, label %disarm, label %done
disarm:
  call void @set_timer(ptr %thread, i64 0, i64 0)
  br label %done
done:
  ret i1 false
}}
"""


def _stop(platform: Platform) -> str:
    """Leave wasm with a trap code; the interrupted instruction is the first frame."""
    return f"""
declare dso_local void @wj_describe(ptr, i64, i64, i64)
declare dso_local void @wj_leave(ptr, ptr, ptr, ptr, i64) noreturn
define internal void @stop(ptr %activation, ptr %context, i64 %code) #0 {{
  %a.trap = getelementptr i8, ptr %activation, i64 {ACTIVATION_TRAP}
  %trap = load ptr, ptr %a.trap, align 8
  call void @wj_describe(ptr %trap, i64 %code, i64 0, i64 1)
  %pc.p = getelementptr i8, ptr %context, i64 {platform.context_pc}
  %pc = load i64, ptr %pc.p, align 8
  %first.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_FRAMES}
  store i64 %pc, ptr %first.p, align 8
  %frame.p = getelementptr i8, ptr %context, i64 {platform.context_fp}
  %frame = load ptr, ptr %frame.p, align 8
  %bottom.p = getelementptr i8, ptr %context, i64 {platform.context_sp}
  %bottom = load ptr, ptr %bottom.p, align 8
  call void @wj_leave(ptr %activation, ptr %trap, ptr %frame, ptr %bottom, i64 1)
  unreachable
}}
"""
