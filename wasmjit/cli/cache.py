"""`wasmjit cache`."""

from __future__ import annotations

import time

import click

from wasmjit.cache.eviction import SIZE_ENVIRONMENT, size_limit
from wasmjit.cache.listing import KINDS, Listed, list_entries, remove_entry, verify_entries
from wasmjit.cache.location import ENVIRONMENT, cache_path
from wasmjit.cli.common import CliError

_EPILOG = f"""\b
Examples:
  wasmjit cache list
  wasmjit cache clear
\b
The directory is {ENVIRONMENT}, or wasmjit in XDG_CACHE_HOME or ~/.cache; if the variable is empty nothing is kept.
{SIZE_ENVIRONMENT} bounds the size; what has not been used for longest goes first.
"""


@click.group("cache", epilog=_EPILOG)
def command() -> None:
    """Look after the compiled code that is kept on disk."""


@command.command("dir")
def show_directory() -> None:
    """Print the directory."""
    click.echo(_directory())


@command.command("list")
def show_entries() -> None:
    """List what is there, what was used last first."""
    entries = list_entries()
    for entry in entries:
        click.echo(
            f"{_time(entry)}  {_size(entry.size_bytes):>9}  {KINDS.get(entry.kind, entry.kind)}  {entry.key[:12]}"
        )
    total = sum(entry.size_bytes for entry in entries)
    click.echo(f"{len(entries)} files, {_size(total)} of {_size(size_limit())}, in {_directory()}")


@command.command("clear")
def clear() -> None:
    """Remove everything. Programs that run are not disturbed."""
    entries = list_entries()
    stuck = [entry.path for entry in entries if not remove_entry(entry)]
    if stuck:
        raise CliError("cannot be removed", stuck[0])
    click.echo(f"{len(entries)} files removed, {_size(sum(entry.size_bytes for entry in entries))}")


@command.command("verify")
def verify() -> None:
    """Check every file completely; damaged ones are removed, and the exit status is 1."""
    whole, damaged = verify_entries()
    for entry in damaged:
        click.echo(f"damaged, removed: {entry.path}", err=True)
    click.echo(f"{whole} files are whole")
    if damaged:
        raise SystemExit(1)


def _directory() -> str:
    path = cache_path()
    if path is None:
        raise CliError(f"the cache is switched off: {ENVIRONMENT} is empty")
    return path


def _time(entry: Listed) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))


def _size(size_bytes: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size_bytes < 1024:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1024
    return f"{size_bytes:.1f} GiB"
