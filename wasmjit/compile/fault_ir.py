"""The handler of SIGSEGV and SIGBUS, as LLVM IR (part of the unit of support_ir.py).

A fault whose program counter lies in the arena, in a thread that has an activation, is a trap. Everything else goes to
the handlers that were there before ours: `wj_previous` and `wj_previous_count` hold them for SIGSEGV and SIGBUS, the
oldest first; support.py puts them there when it installs ours. At the bottom is the default action: the process dies.

A handler that others have put in front of ours may raise a fault of wasm again, for ours to see (faulthandler does).
That is no fault, but when that handler returns the instruction faults once more, and then it is a trap.

They are called as if ours did not exist, with the disposition and the mask in force that they set for themselves. One
that takes itself out and raises the signal again (faulthandler does) gets what it wants, and is forgotten. Two things
could go on for ever, since a handler may have been installed when ours was there already, and so hand on to ours:

* It calls ours, or raises the signal. A call of ours inside a call of an earlier handler (`wj_chain_key` finds it)
  goes on to the next older one.
* It does nothing and returns (faulthandler after `disable()`), so that the instruction faults again. After `RETRIES`
  times of the same fault in the same thread, with nothing changed by the handler, the next older one gets its turn.
"""

from __future__ import annotations

from wasmjit.compile.platform import Platform
from wasmjit.compile.symbols import MAX_PREVIOUS

"""How many earlier handlers are remembered for a signal."""

RETRIES = 64

_SI_TKILL = -6  # si_code of a signal that a thread has sent

_REPEATS = 64  # records of repeated faults; a thread uses the one that its id selects
_NESTING_BYTES = 1 << 20  # a call of ours that is further down the stack than this is not inside the other call


def fault_ir(platform: Platform) -> str:
    """The handler `wj_handler`, and `i32 wj_installed()`: whether it is installed for both signals."""
    parts = [_variables(platform), _handler(platform), _raised_again(platform), _chain(platform)]
    parts.append(_call_previous(platform))
    return "".join([*parts, _repeats(platform), _installed(platform)])


def _variables(platform: Platform) -> str:
    action = f"[{platform.action_bytes} x i8]"
    return f"""
%action = type {action}
@wj_previous = dso_local global [2 x [{MAX_PREVIOUS} x %action]] zeroinitializer, align 16
@wj_previous_count = dso_local global [2 x i64] zeroinitializer
@default_action = internal global %action zeroinitializer, align 16
@repeats = internal global [{_REPEATS} x [3 x i64]] zeroinitializer, align 16
declare i64 @pthread_self()
declare i32 @sigaction(i32, ptr, ptr)
declare i32 @raise(i32)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""


def _handler(platform: Platform) -> str:
    # si_code is positive for what the kernel found; a signal that somebody sent is none of ours.
    return f"""
define dso_local void @wj_handler(i32 %sig, ptr %info, ptr %context) #0 {{
  %code.p = getelementptr i8, ptr %info, i64 {platform.siginfo_code}
  %code = load i32, ptr %code.p, align 4
  %fault = icmp sgt i32 %code, 0
  %address.p = getelementptr i8, ptr %info, i64 {platform.siginfo_address}
  %address = load i64, ptr %address.p, align 8
  %pc.p = getelementptr i8, ptr %context, i64 {platform.context_pc}
  %pc = load i64, ptr %pc.p, align 8
  %arena = load i64, ptr @wj_arena, align 8
  %arena.size = load i64, ptr getelementptr inbounds (i8, ptr @wj_arena, i64 8), align 8
  %offset = sub i64 %pc, %arena
  %inside = icmp ult i64 %offset, %arena.size
  %ours = and i1 %fault, %inside
  br i1 %ours, label %trap, label %other
trap:
  %frame.p = getelementptr i8, ptr %context, i64 {platform.context_fp}
  %frame = load ptr, ptr %frame.p, align 8
  %bottom.p = getelementptr i8, ptr %context, i64 {platform.context_sp}
  %bottom = load ptr, ptr %bottom.p, align 8
  call void @catch(i64 %pc, i64 %address, ptr %frame, ptr %bottom)
  br label %other
other:
  %again = call i1 @is_raised_again(i32 %code, ptr %context)
  br i1 %again, label %retry, label %pass
retry:
  ret void
pass:
  %repeats = call ptr @repeats_of_thread()
  %known = select i1 %fault, i64 %pc, i64 0
  call void @chain(i32 %sig, ptr %info, ptr %context, i64 %known, i64 %address, ptr %repeats)
  ret void
}}
"""


def _raised_again(platform: Platform) -> str:
    """Whether a handler that was in front of ours has met a fault of wasm, and raises it again for us.

    It runs on the signal stack, in a thread that is in wasm. When it returns the instruction faults once more.
    """
    return f"""
declare i32 @sigaltstack(ptr, ptr)
define internal i1 @is_raised_again(i32 %code, ptr %context) #0 {{
  %stack = alloca [3 x i64], align 8
  %by.thread = icmp eq i32 %code, {_SI_TKILL}
  br i1 %by.thread, label %look, label %no
look:
  %activation = call ptr @activation()
  %outside = icmp eq ptr %activation, null
  br i1 %outside, label %no, label %compare
compare:
  %got = call i32 @sigaltstack(ptr null, ptr %stack)
  %start = load i64, ptr %stack, align 8
  %size.p = getelementptr i8, ptr %stack, i64 16
  %size = load i64, ptr %size.p, align 8
  %sp.p = getelementptr i8, ptr %context, i64 {platform.context_sp}
  %sp = load i64, ptr %sp.p, align 8
  %offset = sub i64 %sp, %start
  %nested = icmp ult i64 %offset, %size
  ret i1 %nested
no:
  ret i1 false
}}
"""


def _chain(platform: Platform) -> str:
    """Find the handler whose turn it is. %pc is 0 for a signal that is no fault."""
    return f"""
define internal void @chain(i32 %sig, ptr %info, ptr %context, i64 %pc, i64 %address, ptr %repeats) #0 {{
  %record = alloca i64, align 8
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %second = icmp eq i32 %sig, {platform.sigbus}
  %index = zext i1 %second to i64
  %count.p = getelementptr i64, ptr @wj_previous_count, i64 %index
  %key = load i32, ptr @wj_chain_key, align 4
  %outer = call ptr @pthread_getspecific(i32 %key)
  %outer.bits = ptrtoint ptr %outer to i64
  %frame.bits = ptrtoint ptr %frame to i64
  %distance = sub i64 %outer.bits, %frame.bits
  %nested = icmp ult i64 %distance, {_NESTING_BYTES}
  br i1 %nested, label %inner, label %fresh
inner:
  %under = load i64, ptr %outer, align 8
  br label %chosen
fresh:
  %count = load i64, ptr %count.p, align 8
  %gone = call i64 @exhausted_levels(ptr %repeats, i64 %pc, i64 %address)
  %top = sub i64 %count, %gone
  br label %chosen
chosen:
  %level = phi i64 [ %under, %inner ], [ %top, %fresh ]
  %some = icmp sgt i64 %level, 0
  br i1 %some, label %look, label %default
look:
  %below = sub i64 %level, 1
  store i64 %below, ptr %record, align 8
  %action = getelementptr [{MAX_PREVIOUS} x %action], ptr @wj_previous, i64 %index, i64 %below
  %function.p = getelementptr i8, ptr %action, i64 {platform.action_handler}
  %function = load ptr, ptr %function.p, align 8
  %function.bits = ptrtoint ptr %function to i64
  switch i64 %function.bits, label %run [
    i64 0, label %default
    i64 1, label %ignore
  ]
run:
  %set = call i32 @pthread_setspecific(i32 %key, ptr %record)
  %stayed = call i1 @call_previous(i32 %sig, ptr %info, ptr %context, ptr %action, ptr %function)
  %reset = call i32 @pthread_setspecific(i32 %key, ptr %outer)
  br i1 %stayed, label %note, label %forget
forget:
  %count.now = load i64, ptr %count.p, align 8
  %topmost = icmp eq i64 %count.now, %level
  br i1 %topmost, label %drop, label %note
drop:
  store i64 %below, ptr %count.p, align 8
  br label %note
note:
  call void @note_repeat(ptr %repeats, ptr %context, i64 %pc, i64 %address)
  ret void
ignore:
  %sent = icmp eq i64 %pc, 0
  br i1 %sent, label %done, label %default
default:
  %restored = call i32 @sigaction(i32 %sig, ptr @default_action, ptr null)
  %again = icmp eq i64 %pc, 0
  br i1 %again, label %send, label %done
send:
  %raised = call i32 @raise(i32 %sig)
  ret void
done:
  ret void
}}
"""


def _call_previous(platform: Platform) -> str:
    """Call an earlier handler with its own disposition and signal mask in force; false if it has set another one.

    Handlers that take the signal's number only are called with three arguments too, which both ABIs allow.
    """
    return f"""
declare i32 @pthread_sigmask(i32, ptr, ptr)
define internal i1 @call_previous(i32 %sig, ptr %info, ptr %context, ptr %action, ptr %function) #0 {{
  %mine = alloca %action, align 16
  %now = alloca %action, align 16
  %unmasked = alloca [{platform.mask_bytes} x i8], align 16
  %masked = alloca [{platform.mask_bytes} x i8], align 16
  %mask.p = getelementptr i8, ptr %action, i64 {platform.action_mask}
  call void @llvm.memcpy.p0.p0.i64(ptr %masked, ptr %mask.p, i64 {platform.mask_bytes}, i1 false)
  %flags.p = getelementptr i8, ptr %action, i64 {platform.action_flags}
  %flags = load i32, ptr %flags.p, align 4
  %nodefer = and i32 %flags, {platform.sa_nodefer}
  %defers = icmp eq i32 %nodefer, 0
  %itself = zext i1 %defers to i64
  %number = zext i32 %sig to i64
  %position = sub i64 %number, 1
  %bit = shl i64 %itself, %position
  %word = load i64, ptr %masked, align 8
  %more = or i64 %word, %bit
  store i64 %more, ptr %masked, align 8
  %set = call i32 @sigaction(i32 %sig, ptr %action, ptr %mine)
  %block = call i32 @pthread_sigmask(i32 {platform.sig_block}, ptr %masked, ptr %unmasked)
  call void %function(i32 %sig, ptr %info, ptr %context)
  %got = call i32 @sigaction(i32 %sig, ptr null, ptr %now)
  %now.p = getelementptr i8, ptr %now, i64 {platform.action_handler}
  %current = load ptr, ptr %now.p, align 8
  %stayed = icmp eq ptr %current, %function
  br i1 %stayed, label %restore, label %done
restore:
  %put = call i32 @sigaction(i32 %sig, ptr %mine, ptr null)
  br label %done
done:
  %unblock = call i32 @pthread_sigmask(i32 {platform.sig_setmask}, ptr %unmasked, ptr null)
  ret i1 %stayed
}}
"""


def _repeats(platform: Platform) -> str:
    """A record is {pc, address, count} of the last fault after which an earlier handler let the thread go on."""
    return f"""
define internal ptr @repeats_of_thread() #0 {{
  %self = call i64 @pthread_self()
  %page = lshr i64 %self, 12
  %index = and i64 %page, {_REPEATS - 1}
  %record = getelementptr [3 x i64], ptr @repeats, i64 %index
  ret ptr %record
}}
define internal i64 @times(ptr %record, i64 %pc, i64 %address) #0 {{
  %pc.old = load i64, ptr %record, align 8
  %address.p = getelementptr i8, ptr %record, i64 8
  %address.old = load i64, ptr %address.p, align 8
  %count.p = getelementptr i8, ptr %record, i64 16
  %count = load i64, ptr %count.p, align 8
  %same.1 = icmp eq i64 %pc.old, %pc
  %same.2 = icmp eq i64 %address.old, %address
  %same = and i1 %same.1, %same.2
  %times = select i1 %same, i64 %count, i64 0
  ret i64 %times
}}
define internal i64 @exhausted_levels(ptr %record, i64 %pc, i64 %address) #0 {{
  %times = call i64 @times(ptr %record, i64 %pc, i64 %address)
  %levels = udiv i64 %times, {RETRIES}
  ret i64 %levels
}}
define internal void @note_repeat(ptr %record, ptr %context, i64 %pc, i64 %address) #0 {{
  %pc.p = getelementptr i8, ptr %context, i64 {platform.context_pc}
  %pc.now = load i64, ptr %pc.p, align 8
  %unchanged = icmp eq i64 %pc.now, %pc
  %times = call i64 @times(ptr %record, i64 %pc, i64 %address)
  %more = add i64 %times, 1
  %count = select i1 %unchanged, i64 %more, i64 0
  store i64 %pc, ptr %record, align 8
  %address.p = getelementptr i8, ptr %record, i64 8
  store i64 %address, ptr %address.p, align 8
  %count.p = getelementptr i8, ptr %record, i64 16
  store i64 %count, ptr %count.p, align 8
  ret void
}}
"""


def _installed(platform: Platform) -> str:
    return f"""
define internal i1 @is_ours(i32 %sig) #0 {{
  %now = alloca %action, align 16
  %got = call i32 @sigaction(i32 %sig, ptr null, ptr %now)
  %now.p = getelementptr i8, ptr %now, i64 {platform.action_handler}
  %current = load ptr, ptr %now.p, align 8
  %ours = icmp eq ptr %current, @wj_handler
  ret i1 %ours
}}
define dso_local i32 @wj_installed() #0 {{
  %first = call i1 @is_ours(i32 {platform.sigsegv})
  %second = call i1 @is_ours(i32 {platform.sigbus})
  %both = and i1 %first, %second
  %result = zext i1 %both to i32
  ret i32 %result
}}
"""
