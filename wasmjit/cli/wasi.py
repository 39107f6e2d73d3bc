"""What `run` grants a program: the options, and the `WasiConfig` that comes of them."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import click

from wasmjit.runtime.wasi import Preopen, WasiConfig
from wasmjit.runtime.wasi.network import parse_grant

_Command = TypeVar("_Command", bound=Callable[..., object])
_OPTIONS = ("dirs", "env", "listeners", "net", "seed", "clock", "deterministic")


class Grants(NamedTuple):
    """What the options say."""

    dirs: list[Preopen]
    env: dict[str, str]
    listeners: list[socket.socket]
    net: Sequence[str]
    seed: int | None
    clock: int | None
    deterministic: bool

    def config(self, args: Sequence[str]) -> WasiConfig:
        """The grants, for a program with those arguments."""
        default = 0 if self.deterministic else None
        return WasiConfig(
            args=args,
            env=self.env,
            dirs=self.dirs,
            listeners=self.listeners,
            net=self.net,
            seed=default if self.seed is None else self.seed,
            frozen_clock_ns=default if self.clock is None else self.clock,
        )


def parse_dir(value: str) -> Preopen:
    """`HOST::GUEST`, or `HOST` for the same name on both sides; `:ro` after it makes it read-only."""
    read_only = value.endswith(":ro")
    host, separator, guest = value.removesuffix(":ro" if read_only else ":rw").partition("::")
    return Preopen(host, guest if separator else host, read_only)


def _parse_dirs(ctx: click.Context, option: click.Parameter, values: Sequence[str]) -> list[Preopen]:
    return [parse_dir(value) for value in values]


def _parse_env(ctx: click.Context, option: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE`, or `NAME` for the value that it has here, if it has one."""
    env: dict[str, str] = {}
    for value in values:
        name, separator, text = value.partition("=")
        if not name:
            raise click.BadParameter(f"{value!r} has no name")
        if separator or name in os.environ:
            env[name] = text if separator else os.environ[name]
    return env


def _listen(ctx: click.Context, option: click.Parameter, values: Sequence[str]) -> list[socket.socket]:
    """Sockets that listen at `ADDR:PORT`; an IPv6 address may stand in brackets."""
    return [_listen_at(value) for value in values]


def _listen_at(value: str) -> socket.socket:
    host, separator, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not host or not port.isascii() or not port.isdecimal() or int(port) > 0xFFFF:
        raise click.BadParameter(f"{value!r} is not ADDR:PORT")
    try:
        return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise click.ClickException(f"can't listen at {value}: {error.strerror or error}") from None


def _parse_net(ctx: click.Context, option: click.Parameter, values: Sequence[str]) -> Sequence[str]:
    for value in values:
        try:
            parse_grant(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return values


def parse_time(text: str) -> int:
    """Seconds since 1970, or a date and time by ISO 8601 (UTC unless it says otherwise), in ns. Raises ValueError."""
    try:
        return round(float(text) * 1_000_000_000)
    except ValueError:
        time = datetime.fromisoformat(text)
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def _parse_clock(ctx: click.Context, option: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    try:
        time_ns = parse_time(value)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is neither seconds nor a date and time by ISO 8601") from None
    if not 0 <= time_ns < 1 << 63:
        raise click.BadParameter("it must be in the years from 1970 to 2262")
    return time_ns


_DECLARATIONS = (
    click.option(
        "--dir",
        "dirs",
        metavar="HOST[::GUEST][:ro]",
        multiple=True,
        callback=_parse_dirs,
        help="Give the program a directory, as GUEST if that is given; read-only with :ro. Can be repeated.",
    ),
    click.option(
        "--env",
        metavar="NAME[=VALUE]",
        multiple=True,
        callback=_parse_env,
        help="Set an environment variable; without VALUE pass on this process's. Can be repeated.",
    ),
    click.option(
        "--tcplisten",
        "listeners",
        metavar="ADDR:PORT",
        multiple=True,
        callback=_listen,
        help="Give the program a socket that listens there, as a descriptor after the directories. Can be repeated.",
    ),
    click.option(
        "--allow-net",
        "net",
        metavar="HOST:PORT",
        multiple=True,
        callback=_parse_net,
        help="Let the program look HOST up, connect to it, or listen if it is here; `*` is any. Can be repeated.",
    ),
    click.option("--seed", type=int, metavar="N", help="Take random bytes from this seed: the same in every run."),
    click.option(
        "--frozen-clock",
        "clock",
        metavar="TIME",
        callback=_parse_clock,
        help="Stop all clocks at TIME (seconds since 1970, or ISO 8601); sleeping moves them on and takes no time.",
    ),
    click.option("--deterministic", is_flag=True, help="The same in every run: --seed 0 --frozen-clock 0."),
)


def wasi_options(command: _Command) -> Callable[..., Any]:
    """Add the options to a command, which gets `grants: Grants`."""

    @wraps(command)
    def with_grants(**values: Any) -> object:
        grants = Grants(**{name: values.pop(name) for name in _OPTIONS})
        return command(grants=grants, **values)

    decorated: Callable[..., Any] = with_grants
    for declare in reversed(_DECLARATIONS):
        decorated = declare(decorated)
    return decorated
