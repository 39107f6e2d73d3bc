"""Names of machine code for `perf` and GDB: in the form that they read, for all code, and safely."""

from __future__ import annotations

import os
import re
import shutil
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.elf import SECTION_HEADER, SYMBOL
from wasmjit.compile.frame_info import Frame, frame_section
from wasmjit.compile.perf_map import PerfMap
from wasmjit.compile.platform import Platform, linux_platform
from wasmjit.compile.profiling import FunctionNames
from wasmjit.compile.unwind import Saved, _read_saved


def has_tool(name: str) -> bool:
    """Whether a program is here, and for the processor that Python is for, which may be emulated."""
    path = shutil.which(name)
    machines = [Path(file).resolve().read_bytes()[18:20] for file in (path, sys.executable) if file]
    return path is not None and machines[0] == machines[1]


FAKE_PID = 1 << 30  # no process has it

WAT = """(module $demo (import "h" "f" (func $h)) (memory 1)
  (func $work (param $n i32) (result i32)
    (loop $l (i32.store (i32.const 0) (i32.mul (i32.load (i32.const 0)) (i32.const 31)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.load (i32.const 0)))
  (func $middle (param i32) (result i32) (call $work (local.get 0)) (call $h))
  (func (export "run") (param i32) (result i32) (i32.add (call $middle (local.get 0)) (i32.const 1))))"""

PROLOGUE = f"""
import os, sys, wasmjit
instance = wasmjit.load({WAT!r}, {{"h": {{"f": lambda: host()}}}}, opt=0, tier="optimized", perf=True)
path = f"/tmp/perf-{{os.getpid()}}.map"
"""
SHOW_MAP = (
    PROLOGUE
    + """
host = lambda: None
assert instance.run(3) == 1
print(open(path).read())
os.remove(path)
print("LLVM", "llvmlite" in sys.modules)
"""
)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixture: an empty cache."""
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))


# --- the map


def test_all_code_is_in_the_map(run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    for source in ("O0", "cache"):
        done = run_script(SHOW_MAP)
        assert done.returncode == 0, done.stderr
        *lines, _, llvm = done.stdout.splitlines()
        assert llvm == f"LLVM {source == 'O0'}"
        parsed = [re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) (\S+)", line) for line in lines]
        names = {match[3]: (int(match[1], 16), int(match[2], 16)) for match in parsed if match}
        assert len(names) == len(lines)
        expected = {f"wasm:demo!{name}:{source}" for name in ("work[1]", "middle[2]", "run[3]")}
        assert {name for name in names if name.startswith("wasm:")} == expected
        assert {"wasmjit:wj_trap", "wasmjit:wj_handler", "wasmjit:enter.i:i"} <= set(names)
        places = sorted(names.values())
        assert all(start + size <= after for (start, size), (after, _) in pairwise(places))
        assert all(size for _, size in places)


def test_code_made_ahead_of_time_says_so(run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    script = """
import os, wasmjit
text = '(module (func (export "f")))'
eager = wasmjit.Module(wasmjit.Engine(opt=1, perf=True, tier="optimized", compilation="eager"), text)
loaded = wasmjit.Module(wasmjit.Engine(perf=True), eager.serialize())
path = f"/tmp/perf-{os.getpid()}.map"
print(*[line.split()[2] for line in open(path) if "wasm:" in line])
os.remove(path)
"""
    done = run_script(script)
    assert done.stdout == "wasm:f[0]:O1 wasm:f[0]:file\n", done.stderr


def test_names_are_on_one_line() -> None:
    module = decode_module(wat_to_wasm('(module (func (export "a\\0ab c\\t")) (func (export "\\c3\\a9")) (func))'))
    names = FunctionNames(module)
    assert [names.name(0, "O2"), names.name(1, None), names.name(2, "osr")] == [
        "wasm:a?b c?[0]:O2",
        "wasm:é[1]",
        "wasm:[2]:osr",
    ]
    long = FunctionNames(decode_module(wat_to_wasm(f'(module (func (export "{"x" * 5000}")))')))
    assert len(long.name(0, None)) < 500


@pytest.fixture
def map_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Fixture: the file of a process that there is not."""
    monkeypatch.setattr(os, "getpid", lambda: FAKE_PID)
    path = Path(f"/tmp/perf-{FAKE_PID}.map")
    path.unlink(missing_ok=True)
    yield path
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)


def test_lines_are_added(map_path: Path) -> None:
    map_path.write_text("1000 10 of others\n")
    perf = PerfMap()
    perf.add([(0x1234AB, 16, "f"), (0x2000, 0x1F, "g h")])
    perf.add([(0x3000, 1, "é")])
    assert map_path.read_bytes() == "1000 10 of others\n1234ab 10 f\n2000 1f g h\n3000 1 é\n".encode()
    assert perf.problem is None


def test_the_file_is_private(map_path: Path) -> None:
    PerfMap().add([(1, 1, "f")])
    assert stat.S_IMODE(map_path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["symbolic link", "dangling link", "hard link", "directory", "pipe"])
def test_what_somebody_else_put_there_is_not_written_to(map_path: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    if kind != "dangling link":
        target.write_text("precious")
    if kind == "hard link":
        try:
            os.link(target, map_path)
        except OSError:
            pytest.skip("the temporary directory is on another file system")
    elif kind == "directory":
        map_path.mkdir()
    elif kind == "pipe":
        os.mkfifo(map_path)
    else:
        map_path.symlink_to(target)
    perf = PerfMap()
    for _ in range(2):
        perf.add([(1, 1, "f")])
    assert perf.problem is not None and str(map_path) in perf.problem
    assert target.read_text() == "precious" if kind != "dangling link" else not target.exists()


def test_a_child_has_a_file_of_its_own(map_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    perf = PerfMap()
    perf.add([(1, 1, "f")])
    monkeypatch.setattr(os, "getpid", lambda: FAKE_PID + 1)
    child = Path(f"/tmp/perf-{FAKE_PID + 1}.map")
    try:
        perf.add([(2, 1, "g")])
        assert (map_path.read_text(), child.read_text()) == ("1 1 f\n", "2 1 g\n")
    finally:
        child.unlink(missing_ok=True)


def test_a_problem_does_not_stop_the_program(cli_in: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = cli_in(
        "import os; os.symlink('/nowhere', f'/tmp/perf-{os.getpid()}.map')",
        "os.remove(f'/tmp/perf-{os.getpid()}.map')",
    )
    assert (done.returncode, done.stdout) == (0, "7\n")
    assert re.fullmatch(r"wasmjit: warning: /tmp/perf-\d+\.map: .*\n", done.stderr)


@pytest.fixture
def cli_in(tmp_path: Path, root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Fixture: run `wasmjit run --perf` between two statements, in a process of its own."""
    wasm = tmp_path / "m.wasm"
    wasm.write_bytes(wat_to_wasm('(module (func (export "f") (result i32) (i32.const 7)))'))

    def run(before: str, after: str) -> subprocess.CompletedProcess[str]:
        call = f"main(['run', '--perf', '--opt=0', '--invoke', 'f', {str(wasm)!r}])"
        script = f"from wasmjit.cli import main\n{before}\ntry:\n {call}\nfinally:\n {after}"
        command, env = [sys.executable, "-c", script], {**os.environ, "PYTHONPATH": str(root)}
        return subprocess.run(command, capture_output=True, text=True, timeout=100, env=env, check=False)

    return run


@pytest.mark.skipif(not has_tool("perf"), reason="perf is not installed")
def test_perf_shows_names(tmp_path: Path, root: Path) -> None:
    script = PROLOGUE + "host = lambda: None\ninstance.run(200_000_000)"
    data, env = str(tmp_path / "perf.data"), {**os.environ, "PYTHONPATH": str(root)}
    record = ["perf", "record", "-q", "-g", "-o", data, sys.executable, "-c", script]
    if subprocess.run(record, capture_output=True, timeout=100, env=env, check=False).returncode:
        pytest.skip("perf may not record here")
    report = ["perf", "report", "--stdio", "--no-children", "-i", data]
    text = subprocess.run(report, capture_output=True, text=True, timeout=100, check=True).stdout
    for pid in re.findall(r"\[JIT\] tid (\d+)", text):
        Path(f"/tmp/perf-{pid}.map").unlink(missing_ok=True)
    hottest = next(line for line in text.splitlines() if "%" in line)
    assert "wasm:demo!work[1]:O0" in hottest
    assert re.search(r"wasm:demo!work\[1\]:O0\n +wasm:demo!middle\[2\]:O0\n +wasm:demo!run\[3\]:O0\n", text)


# --- the debugger's list

LIST = (
    PROLOGUE
    + """
import ctypes, gc
from wasmjit.compile.profiling import process_profiler
host = lambda: None
instance.run(1)
os.remove(path)
descriptor = process_profiler()._debugger._descriptor

def files():
    found, entry, previous = [], descriptor[2], 0
    while entry:
        next, back, address, size = (ctypes.c_uint64 * 4).from_address(entry)
        assert back == previous
        found.append(ctypes.string_at(address, size))
        entry, previous = next, entry
    return found

print(descriptor[0] & 0xFFFFFFFF)
for file in files():
    print(file.hex())
"""
)


def symbols_of(file: bytes) -> dict[str, tuple[int, int]]:
    """Address and size by name of the symbols in a file that has one table of them."""
    (table,) = struct.unpack_from("<Q", file, 40)
    headers = [SECTION_HEADER.unpack_from(file, table + SECTION_HEADER.size * i) for i in range(6)]
    symbols, strings = (file[header[4] : header[4] + header[5]] for header in headers[2:4])
    entries = list(SYMBOL.iter_unpack(symbols))[1:]
    return {strings[e[0] : strings.index(0, e[0])].decode(): (e[4], e[5]) for e in entries}


def test_a_debugger_finds_a_file_for_all_code(run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_script(LIST)
    assert done.returncode == 0, done.stderr
    version, *files = done.stdout.splitlines()
    assert version == "1"
    symbols = {name: place for file in files for name, place in symbols_of(bytes.fromhex(file)).items()}
    assert {"wasm:demo!work[1]:O0", "wasm:demo!run[3]:O0", "wasmjit:wj_trap"} <= set(symbols)
    assert all(size for _, size in symbols.values())


def test_code_that_is_gone_leaves_the_list(run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    script = (
        LIST
        + """
print("--")
def load(number):
    made = wasmjit.load(f'(module (func (export "f{number}") (result i32) (i32.const {number})))', opt=0, perf=True,
                        tier="optimized", cache=False)
    assert getattr(made, f"f{number}")() == number
    return made
def names():
    return [number for number in range(5) if any(f"wasm:f{number}[0]".encode() in file for file in files())]
kept = [load(number) for number in range(4)]
print(names())
del kept[3], kept[1]
gc.collect()
kept.append(load(4))
print(names())
del kept[0]
gc.collect()
process_profiler()._debugger._forget_gone()
print(names(), len(files()) == len(process_profiler()._debugger._entries))
"""
    )
    done = run_script(script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.partition("--\n")[2].splitlines() == ["[0, 1, 2, 3]", "[0, 2, 4]", "[2, 4] True"]


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
@pytest.mark.parametrize("code", [b"\x55\x48\x89\xe5", b"\x00\x00\x00\x00"])
def test_frames_are_described(arch: str, code: bytes) -> None:
    platform: Platform = linux_platform(arch)
    saved = Saved(16, tuple(3 + i if i % 2 else 0 for i in range(len(platform.saved_registers))))
    section = memoryview(frame_section([Frame(0x123456789A, 99, code, saved), Frame(1, 2, b"", saved)], platform))
    (size,) = struct.unpack_from("<I", section)
    at = 4 + size
    (size,) = struct.unpack_from("<I", section, at)
    assert struct.unpack_from("<IQQ", section, at + 4) == (0, 0x123456789A, 99)
    assert _read_saved(section, at + 24, at + 4 + size, platform, 8) == saved
    assert (at + 4 + size) % 8 == 0


GDB = ["gdb", "-batch", "-nx", "-ex", "set auto-load off", "-ex", "set breakpoint pending on"]


@pytest.mark.skipif(not has_tool("gdb"), reason="gdb is not installed")
def test_gdb_shows_wasm_frames_and_stops_in_functions(tmp_path: Path, root: Path) -> None:
    script = PROLOGUE + "host = lambda: os.remove(path)\nprint(instance.run(2))"
    commands = ["break -function 'wasm:demo!work[1]:O0'", "run", "bt 4", "finish", "continue"]
    command = [*GDB, *(word for text in commands for word in ("-ex", text)), "--args", sys.executable, "-c", script]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, env=env, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("gdb may not trace here")
    frames = re.findall(r"^#\d+ +0x[0-9a-f]+ in (\S+) \(\)", done.stdout, re.MULTILINE)
    assert frames[:3] == ["wasm:demo!work[1]:O0", "wasm:demo!middle[2]:O0", "wasm:demo!run[3]:O0"], done.stdout
    assert frames[3].startswith("wasmjit:")
    assert re.search(r"^0x[0-9a-f]+ in wasm:demo!middle\[2\]:O0 \(\)", done.stdout, re.MULTILINE)
    assert "exited normally" in done.stdout
