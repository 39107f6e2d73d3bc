"""Living with other handlers of SIGSEGV: each scenario in a process of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

# A guest that can trap; `crash()` is a real segmentation fault in C code, outside of the arena.
PROLOGUE = """
import ctypes, faulthandler, os, signal, sys, threading
import native_harness as harness
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.loader import LoadedObject
from wasmjit.compile.platform import current_platform
from wasmjit.compile.support import native_support

def enter_wasm():
    '''What the runtime does at every entry, then a call that traps.'''
    native_support().install_signal_handlers()
    try:
        guest.call("outer", "i:i", 5000)
    except harness.TrapRaised as trap:
        assert trap.code is TrapCode.FAULT, trap.code
        print("trap", flush=True)

def crash():
    print("crash", flush=True)
    ctypes.string_at(16)

def say(text):
    os.write(1, text.encode() + b"\\n")

P = current_platform()
libc = ctypes.CDLL(None)

def install(handler_address, flags, sig=signal.SIGSEGV):
    '''As a C library would; returns the old struct sigaction.'''
    new, old = bytearray(P.action_bytes), bytearray(P.action_bytes)
    new[0:8] = int(handler_address).to_bytes(8, "little")
    new[P.action_flags : P.action_flags + 4] = flags.to_bytes(4, "little")
    buffer = ctypes.c_char * P.action_bytes
    assert libc.sigaction(int(sig), buffer.from_buffer(new), buffer.from_buffer(old)) == 0
    return old

def handler_of(action):
    return int.from_bytes(action[0:8], "little")
"""
GUEST = "guest = harness.Guest(harness.LOAD_IR)\n"

# Handlers as an embedder may have them, in IR. `fault` faults at address 16 unless something helps it: `recover` lets
# it return 42 by moving the program counter; `print` writes a line; `chain` calls the handler in @old, `restore`
# installs the action in @old_action again and returns.
EMBEDDER = """
EMBEDDER_IR = '''
@old = global ptr null
@old_action = global [256 x i8] zeroinitializer, align 16
@text = private constant [8 x i8] c"handler\\\\0A"
declare i64 @write(i32, ptr, i64)
declare i32 @sigaction(i32, ptr, ptr)
define i32 @fault() "frame-pointer"="none" {
  %v = load volatile i32, ptr inttoptr (i64 16 to ptr)
  ret i32 %v
}
define i32 @recovered() "frame-pointer"="none" {
  ret i32 42
}
define void @recover(i32 %sig, ptr %info, ptr %context) {
  %pc.p = getelementptr i8, ptr %context, i64 CONTEXT_PC
  store ptr @recovered, ptr %pc.p
  ret void
}
define void @print(i32 %sig) {
  %n = call i64 @write(i32 1, ptr @text, i64 8)
  ret void
}
define void @nothing(i32 %sig) {
  ret void
}
define void @chain(i32 %sig, ptr %info, ptr %context) {
  %n = call i64 @write(i32 1, ptr @text, i64 8)
  %f = load ptr, ptr @old
  call void %f(i32 %sig, ptr %info, ptr %context)
  ret void
}
define void @restore(i32 %sig, ptr %info, ptr %context) {
  %n = call i64 @write(i32 1, ptr @text, i64 8)
  %r = call i32 @sigaction(i32 %sig, ptr @old_action, ptr null)
  ret void
}
'''.replace("CONTEXT_PC", str(P.context_pc))
embedder = LoadedObject(compile_ir(EMBEDDER_IR, CodegenSettings("1")))
fault = ctypes.CFUNCTYPE(ctypes.c_int)(embedder.symbols["fault"])
def install_embedder(name, flags=P.sa_siginfo | P.sa_onstack):
    old = install(embedder.symbols[name], flags)
    ctypes.c_uint64.from_address(embedder.symbols["old"]).value = handler_of(old)
    ctypes.memmove(embedder.symbols["old_action"], bytes(old), len(old))
"""

DUMP = "Fatal Python error: Segmentation fault"


@pytest.fixture
def play(run_script: Callable[..., Any]) -> Callable[[str], Any]:
    """Fixture: run a scenario; returns (exit status, lines of stdout, number of faulthandler dumps)."""

    def run(scenario: str) -> tuple[int, list[str], int]:
        done = run_script(PROLOGUE + scenario)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout.split(), done.stderr.count(DUMP)

    return run


def test_a_real_segmentation_fault_kills(play: Callable[[str], Any]) -> None:
    assert play(GUEST + "enter_wasm(); crash()") == (-signal.SIGSEGV, ["trap", "crash"], 0)


def test_a_real_fault_inside_a_call_from_wasm_kills(play: Callable[[str], Any]) -> None:
    scenario = """
guest = harness.Guest(harness.LOAD_IR)
@ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)
def dispatch(context, buffer):
    enter_wasm()
    crash()
native_support().set_dispatch(ctypes.cast(dispatch, ctypes.c_void_p).value)
guest.call_code(native_support().thunk(":"), ":", [], ctypes.addressof(guest.host_context))
"""
    assert play(scenario) == (-signal.SIGSEGV, ["trap", "crash"], 0)


@pytest.mark.parametrize(
    "setup",
    [
        "faulthandler.enable(); guest = harness.Guest(harness.LOAD_IR)",
        "guest = harness.Guest(harness.LOAD_IR); enter_wasm(); faulthandler.enable()",
        "faulthandler.enable(); guest = harness.Guest(harness.LOAD_IR); faulthandler.disable(); enter_wasm();"
        " faulthandler.enable()",
        "guest = harness.Guest(harness.LOAD_IR); install_many()",
    ],
)
def test_faulthandler_sees_real_faults_and_no_traps(play: Callable[[str], Any], setup: str) -> None:
    many = "def install_many():\n    for _ in range(20): faulthandler.enable(); enter_wasm(); faulthandler.disable()\n"
    many += "    faulthandler.enable()\n"
    status, lines, dumps = play(f"{many}{setup}\nenter_wasm(); enter_wasm(); crash()")
    assert (status, lines[-3:], dumps) == (-signal.SIGSEGV, ["trap", "trap", "crash"], 1)


@pytest.mark.parametrize("where", ["main", "thread"])
def test_faulthandler_installed_last_sees_real_faults(play: Callable[[str], Any], where: str) -> None:
    """Before the next entry into wasm puts ours in front again."""
    run = "crash()" if where == "main" else "t = threading.Thread(target=crash); t.start(); t.join()"
    scenario = GUEST + f"enter_wasm(); faulthandler.enable()\n{run}"
    assert play(scenario) == (-signal.SIGSEGV, ["trap", "crash"], 1)


def test_faulthandler_switched_off_again_does_not_hang_a_crash(play: Callable[[str], Any]) -> None:
    scenario = GUEST + "faulthandler.enable(); enter_wasm(); faulthandler.disable(); enter_wasm(); crash()"
    assert play(scenario) == (-signal.SIGSEGV, ["trap", "trap", "crash"], 0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("handler", "flags", "times"),
    [
        ("chain", "P.sa_siginfo | P.sa_onstack", 1),
        ("restore", "P.sa_siginfo | P.sa_onstack", 1),
        ("restore", "P.sa_onstack", 1),
        ("print", "0", None),
        ("nothing", "0", 0),
    ],
)
def test_an_embedders_handler_is_called_for_real_faults(
    play: Callable[[str], Any], when: str, handler: str, flags: str, times: int | None
) -> None:
    """One that returns without changing anything is called again and again, but not for ever."""
    before = f'install_embedder("{handler}", {flags})\n' if when == "before" else ""
    after = "" if before else f'enter_wasm(); install_embedder("{handler}", {flags})\n'
    scenario = EMBEDDER + before + GUEST + after + "enter_wasm(); print('crash', flush=True); fault()"
    status, lines, dumps = play(scenario)
    lines = lines[lines.index("crash") + 1 :]
    assert (status, dumps) == (-signal.SIGSEGV, 0)
    assert lines == ["handler"] * (len(lines) if times is None else times)
    assert times is not None or 1 <= len(lines) <= 1000


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_embedder_may_recover_from_its_own_faults(play: Callable[[str], Any], when: str) -> None:
    before = 'install_embedder("recover")\n' if when == "before" else ""
    after = "" if before else 'install_embedder("recover")\n'
    scenario = (
        EMBEDDER + before + GUEST + after + "enter_wasm()\nfor _ in range(1000): assert fault() == 42\nenter_wasm()"
    )
    assert play(scenario) == (0, ["trap", "trap"], 0)


def test_handlers_from_python_and_signals_sent_by_others(play: Callable[[str], Any]) -> None:
    scenario = """
signal.signal(signal.SIGSEGV, lambda *_: say("python"))
guest = harness.Guest(harness.LOAD_IR)
enter_wasm()
for _ in range(200): os.kill(os.getpid(), signal.SIGSEGV)
say("alive")
signal.signal(signal.SIGSEGV, signal.SIG_IGN)
enter_wasm()
os.kill(os.getpid(), signal.SIGSEGV)
say("alive")
signal.signal(signal.SIGSEGV, signal.SIG_DFL)
enter_wasm()
os.kill(os.getpid(), signal.SIGSEGV)
say("not reached")
"""
    status, lines, _ = play(scenario)
    assert status == -signal.SIGSEGV
    assert [line for line in lines if line != "python"] == ["trap", "alive", "trap", "alive", "trap"]
    assert 1 <= lines.count("python") <= 200


def test_an_ignored_signal_still_kills_at_a_real_fault(play: Callable[[str], Any]) -> None:
    scenario = "signal.signal(signal.SIGSEGV, signal.SIG_IGN)\n" + GUEST + "enter_wasm(); crash()"
    assert play(scenario) == (-signal.SIGSEGV, ["trap", "crash"], 0)


def test_a_signal_sent_while_wasm_runs_is_no_trap(play: Callable[[str], Any]) -> None:
    scenario = """
import time
guest = harness.Guest("define tailcc void @spin(ptr %c) #0 {\\n  br label %l\\nl:\\n  br label %l\\n}\\n")
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGSEGV)).start()
guest.call("spin", ":")
"""
    assert play(scenario) == (-signal.SIGSEGV, [], 0)


def test_many_handlers_in_turn(play: Callable[[str], Any]) -> None:
    """More than are remembered; the newest one gets the fault."""
    scenario = (
        EMBEDDER
        + GUEST
        + """
for _ in range(12):
    for name in ("nothing", "print", "recover"):
        install_embedder(name)
        enter_wasm()
assert fault() == 42
say("done")
"""
    )
    assert play(scenario) == (0, ["trap"] * 36 + ["done"], 0)


def test_traps_survive_a_fork(play: Callable[[str], Any]) -> None:
    scenario = GUEST + "enter_wasm()\nif os.fork() == 0:\n    enter_wasm(); os._exit(0)\nos.wait(); enter_wasm()"
    assert play(scenario) == (0, ["trap"] * 3, 0)


def test_the_end_of_the_interpreter_leaves_the_handler_in_place(play: Callable[[str], Any]) -> None:
    scenario = GUEST + "import atexit\natexit.register(crash)\nenter_wasm()\nfaulthandler.enable()"
    assert play(scenario) == (-signal.SIGSEGV, ["trap", "crash"], 1)
