"""`wasmjit run FILE ARGS...` without options, for the start of a program: nothing is imported that it can do without.

What `wasmjit.cli.run` does beyond that, it alone does: whatever is unusual before the program starts is left to it.
"""

from __future__ import annotations

import gc
import os

from wasmjit.api.engine import Engine
from wasmjit.api.imports import resolve, wasi_lookup
from wasmjit.api.instance import initialize, instantiate_externs
from wasmjit.api.module import Module
from wasmjit.api.store import Store
from wasmjit.cli.interrupt import default_interrupt
from wasmjit.cli.progress import Progress
from wasmjit.errors import ExitStatus
from wasmjit.runtime.wasi.config import WasiConfig
from wasmjit.runtime.wasi.wasi import Wasi

TYPE_CHECKING = False  # see wasmjit/light.py

if TYPE_CHECKING:
    from wasmjit.api.instance import Instance


def run_plainly(file: str, args: list[str]) -> int | None:
    """Run a program; its exit status. None if nothing has happened yet, and the command has to look into it."""
    try:
        instance = _prepare(file, args) if os.path.isfile(file) else None
    except Exception:  # the command finds the same, and says it
        return None
    finally:
        gc.enable()
    if instance is None:
        return None
    gc.freeze()  # all of it lives as long as the process: no collection, nor the end, has to look through it
    try:
        initialize(instance)
        instance["_start"]()
    except ExitStatus as status:
        return status.code & 0xFF
    except Exception as error:
        from wasmjit.cli.run import report_failure

        report_failure(file, error)
    return 0


def _prepare(file: str, args: list[str]) -> Instance | None:
    """The instance, of a module that can have no effects before its `_start` is called; None for others."""
    default_interrupt()
    engine = Engine(release_gil=True)
    module = Module(engine, file, progress=Progress(f"compiling {os.path.basename(file)}"))
    if module._core.start is not None or all(export.name != "_start" for export in module._core.exports):
        return None
    store = Store(engine)
    wasi = Wasi(WasiConfig(args=(os.path.basename(file), *args)))
    return instantiate_externs(store, module, resolve(store, module, wasi_lookup(wasi)))
