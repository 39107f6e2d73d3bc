"""Which host calls there are, and what the wrapper around each does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.errors import ExitStatus
from wasmjit.runtime.wasi import registry
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.registry import HostCall, bind, parse_signature, wasi

# As wasi-libc declares its imports: i is i32, I is i64.
SIGNATURES = {
    "args_get": "ii",
    "args_sizes_get": "ii",
    "environ_get": "ii",
    "environ_sizes_get": "ii",
    "clock_res_get": "ii",
    "clock_time_get": "iIi",
    "fd_advise": "iIIi",
    "fd_allocate": "iII",
    "fd_close": "i",
    "fd_datasync": "i",
    "fd_fdstat_get": "ii",
    "fd_fdstat_set_flags": "ii",
    "fd_fdstat_set_rights": "iII",
    "fd_filestat_get": "ii",
    "fd_filestat_set_size": "iI",
    "fd_filestat_set_times": "iIIi",
    "fd_pread": "iiiIi",
    "fd_prestat_get": "ii",
    "fd_prestat_dir_name": "iii",
    "fd_pwrite": "iiiIi",
    "fd_read": "iiii",
    "fd_readdir": "iiiIi",
    "fd_renumber": "ii",
    "fd_seek": "iIii",
    "fd_sync": "i",
    "fd_tell": "ii",
    "fd_write": "iiii",
    "path_create_directory": "iii",
    "path_filestat_get": "iiiii",
    "path_filestat_set_times": "iiiiIIi",
    "path_link": "iiiiiii",
    "path_open": "iiiiiIIii",
    "path_readlink": "iiiiii",
    "path_remove_directory": "iii",
    "path_rename": "iiiiii",
    "path_symlink": "iiiii",
    "path_unlink_file": "iii",
    "poll_oneoff": "iiii",
    "proc_exit": "i",
    "proc_raise": "i",
    "random_get": "ii",
    "sched_yield": "",
    "sock_accept": "iii",
    "sock_recv": "iiiiii",
    "sock_send": "iiiii",
    "sock_shutdown": "ii",
}

WASMEDGE = {
    "sock_open": "iii",
    "sock_bind": "iii",
    "sock_listen": "ii",
    "sock_connect": "iii",
    "sock_send_to": "iiiiiii",
    "sock_recv_from": "iiiiiiii",
    "sock_getsockopt": "iiiii",
    "sock_setsockopt": "iiiii",
    "sock_getlocaladdr": "iiii",
    "sock_getpeeraddr": "iiii",
    "sock_getaddrinfo": "iiiiiiii",
    "sock_open_v2": "iii",
    "sock_bind_v2": "iii",
    "sock_listen_v2": "ii",
    "sock_accept_v2": "iii",
    "sock_connect_v2": "iii",
    "sock_recv_v2": "iiiiii",
    "sock_send_v2": "iiiii",
    "sock_send_to_v2": "iiiiiii",
    "sock_recv_from_v2": "iiiiiiii",
    "sock_getlocaladdr_v2": "iii",
    "sock_getpeeraddr_v2": "iii",
}


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("wasi_snapshot_preview1", {*SIGNATURES, *WASMEDGE}),
        ("wasi_unstable", set(SIGNATURES) - {"sock_accept"}),
    ],
)
def test_every_function_is_there_with_its_type(module: str, names: set[str], make_guest: Callable[..., Any]) -> None:
    functions = make_guest().functions
    assert {name for other, name in functions if other == module} == names
    for name in names:
        type, _ = functions[module, name]
        assert "".join("iI"[str(t) == "i64"] for t in type.params) == {**SIGNATURES, **WASMEDGE}[name], name
        assert str(type).endswith("-> []" if name == "proc_exit" else "-> [i32]")


def bound(function: Callable[..., None], signature: str, *, memory: bool = True) -> Callable[..., Any]:
    return bind(HostCall(function, parse_signature(signature), memory), state=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("memory", [True, False])
def test_parameters_arrive_unsigned(memory: bool, make_guest: Callable[..., Any]) -> None:
    seen: list[int] = []

    def function(state: object, *args: Any) -> None:
        seen.extend(args[1:] if memory else args)

    call = bound(function, "i32 i64 i32 -> i32", memory=memory)
    assert call(make_guest(), -1, -1, 5) == 0
    assert call(make_guest(), 1, 2, 3) == 0
    assert seen == [0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 5, 1, 2, 3]


@pytest.mark.parametrize("memory", [True, False])
@pytest.mark.parametrize(
    ("error", "errno"),
    [
        (WasiError(Errno.NOTCAPABLE), Errno.NOTCAPABLE),
        (FileNotFoundError(2, "no"), Errno.NOENT),
        (OSError("strange"), Errno.IO),
    ],
)
def test_errors_become_errnos(error: Exception, errno: Errno, memory: bool, make_guest: Callable[..., Any]) -> None:
    def function(state: object, *args: Any) -> None:
        raise error

    assert bound(function, "i32 -> i32", memory=memory)(make_guest(), 0) == errno


@pytest.mark.parametrize("memory", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ExitStatus(3), ZeroDivisionError()])
def test_everything_else_passes_as_the_same_object(
    error: BaseException, memory: bool, make_guest: Callable[..., Any]
) -> None:
    def function(state: object, *args: Any) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        bound(function, "i32 -> i32", memory=memory)(make_guest(), 0)
    assert caught.value is error


class NoMemory:
    exports: dict[str, object]

    def __init__(self, **exports: object) -> None:
        self.exports = exports


@pytest.mark.parametrize("caller", [None, NoMemory(), NoMemory(memory=object())], ids=["python", "none", "function"])
def test_without_a_memory_no_pointer_is_valid(caller: object, make_guest: Callable[..., Any]) -> None:
    functions = make_guest().functions
    assert functions["wasi_snapshot_preview1", "args_sizes_get"][1](caller, 0, 4) == Errno.FAULT
    assert functions["wasi_snapshot_preview1", "sched_yield"][1](caller) == 0
    assert functions["wasi_snapshot_preview1", "fd_close"][1](caller, 77) == Errno.BADF


def test_a_name_is_declared_once() -> None:
    before = dict(registry.HOST_CALLS)
    with pytest.raises(ValueError, match="fd_read is declared twice"):
        wasi("fd_read", "i32 -> i32")(lambda state: None)
    assert before == registry.HOST_CALLS
