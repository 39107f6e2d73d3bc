"""`Config`: settings for an `Engine`.

What only tunes the other engine is accepted and checked, and makes no difference. What a module may use, and what it is
granted, is enforced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wasmjit import features
from wasmjit.api.engine import Engine as ApiEngine
from wasmjit.api.engine import Settings
from wasmjit.compat.wasmtime._error import WasmtimeError, caused
from wasmjit.compat.wasmtime._managed import Managed

_MIN_STACK, _MAX_STACK = 64 << 10, 1 << 30
"""What the engine takes for the size of a stack."""

_FRAME_RATIO = 4
"""How much more stack unoptimised code may need than that of the package, whose guests have to fit in here as well.
The stack of the thread is the limit in any case."""


@dataclass
class EngineSettings:
    """What is set."""

    fuel: bool = False
    epochs: bool = False
    explicit: bool = False
    unoptimized: bool = False
    deterministic: bool = False
    max_stack: int = 2 << 20
    disabled: set[str] = field(default_factory=set)
    """Features switched off, by the names of features.py."""

    def engine(self) -> ApiEngine:
        """An engine with these settings."""
        settings = Settings(relaxed_simd_deterministic=self.deterministic, fuel=self.fuel)
        if self.disabled:
            settings["features"] = features.SUPPORTED - self.disabled
        if self.explicit:
            settings["bounds_checks"] = "explicit"
        if self.unoptimized:
            settings["opt"] = "0"
        settings["max_stack_bytes"] = min(max(_FRAME_RATIO * self.max_stack, _MIN_STACK), _MAX_STACK)
        return ApiEngine(**settings)


class _Setter:
    """A property that can only be set: `check` the value, then tell the settings."""

    def __init__(self, check: Callable[[Any], Any], apply: Callable[[EngineSettings, Any], object]) -> None:
        self._check = check
        self._apply = apply

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, config: Config | None, owner: type) -> _Setter:
        if config is None:
            return self
        raise AttributeError(f"property {self._name!r} of 'Config' object has no getter")

    def __set__(self, config: Config, value: object) -> None:
        config.ptr()
        self._apply(config._settings, self._check(value))


def _ignore(settings: EngineSettings, value: object) -> None:
    """What makes no difference here."""


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected a bool")
    return value


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("expected an int")
    return value


def _one_of(what: str, *names: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in names:
            raise WasmtimeError(f"unknown {what}: {value}")
        return str(value)

    return check


def _sets(name: str) -> Callable[[EngineSettings, Any], None]:
    return lambda settings, value: setattr(settings, name, value)


def _feature(name: str) -> _Setter:
    def apply(settings: EngineSettings, enabled: bool) -> None:
        (settings.disabled.discard if enabled else settings.disabled.add)(name)

    return _Setter(_bool, apply)


def _tuning() -> _Setter:
    return _Setter(_bool, _ignore)


def _size() -> _Setter:
    return _Setter(_int, _ignore)


def _cache_file(value: object) -> object:
    """True, or the path of a file of settings, which has to exist."""
    if isinstance(value, bool):
        if not value:
            raise WasmtimeError("caching cannot be explicitly disabled")
        return value
    if not isinstance(value, str):
        raise TypeError("expected string or bool")
    try:
        Path(value).read_bytes()
    except OSError as error:
        reason = f"{error.strerror} (os error {error.errno})"
        raise WasmtimeError(caused(f"failed to read config file: {value}", reason)) from error
    return value


def _target(value: object) -> str:
    """A triple of this machine's kind."""
    from wasmjit.compile.llvm.target import host_target

    if not isinstance(value, str):
        raise TypeError("expected a str")
    arch, _, rest = value.partition("-")
    if arch != host_target().triple.partition("-")[0] or "linux" not in rest:
        raise WasmtimeError(f"Unrecognized architecture: {value}")
    return value


class Config(Managed):
    """Settings, each a property that can only be set. An `Engine` uses them up."""

    def __init__(self) -> None:
        self._settings = EngineSettings()
        self._open()

    def _consume(self) -> EngineSettings:
        self.ptr()
        self.close()
        return self._settings

    # --- what modules may use

    wasm_threads = _feature(features.THREADS)
    wasm_tail_call = _feature(features.TAIL_CALL)
    wasm_reference_types = _feature(features.REFERENCE_TYPES)
    wasm_simd = _feature(features.SIMD)
    wasm_bulk_memory = _feature(features.BULK_MEMORY)
    wasm_multi_value = _feature(features.MULTI_VALUE)
    wasm_multi_memory = _feature(features.MULTI_MEMORY)
    wasm_memory64 = _feature(features.MEMORY64)
    wasm_relaxed_simd = _feature(features.RELAXED_SIMD)
    wasm_exceptions = _feature(features.EXCEPTIONS)
    wasm_function_references = _feature(features.FUNCTION_REFERENCES)
    wasm_gc = _feature(features.GC)
    wasm_wide_arithmetic = _feature(features.WIDE_ARITHMETIC)
    wasm_custom_page_sizes = _feature(features.CUSTOM_PAGE_SIZES)
    wasm_stack_switching = _feature(features.STACK_SWITCHING)
    wasm_component_model = _feature(features.COMPONENT_MODEL)
    wasm_component_model_map = _tuning()
    wasm_relaxed_simd_deterministic = _Setter(_bool, _sets("deterministic"))
    gc_support = _tuning()
    shared_memory = _tuning()

    # --- what they are granted

    consume_fuel = _Setter(_bool, _sets("fuel"))
    epoch_interruption = _Setter(bool, _sets("epochs"))
    max_wasm_stack = _Setter(_int, _sets("max_stack"))

    # --- how they are compiled

    signals_based_traps = _Setter(_bool, lambda settings, on: setattr(settings, "explicit", not on))
    cranelift_opt_level = _Setter(
        _one_of("opt level", "none", "speed", "speed_and_size"),
        lambda settings, level: setattr(settings, "unoptimized", level == "none"),
    )
    strategy = _Setter(_one_of("strategy", "auto", "cranelift"), _ignore)
    profiler = _Setter(_one_of("profiler", "none", "jitdump", "vtune", "perfmap"), _ignore)
    cache = _Setter(_cache_file, _ignore)
    target = _Setter(_target, _ignore)
    debug_info = _tuning()
    parallel_compilation = _tuning()
    native_unwind_info = _tuning()
    macos_use_mach_ports = _tuning()
    cranelift_debug_verifier = _tuning()
    cranelift_nan_canonicalization = _tuning()
    memory_may_move = _tuning()
    memory_init_cow = _tuning()
    memory_reservation = _size()
    memory_guard_size = _size()
    memory_reservation_for_growth = _size()

    def cranelift_flag_enable(self, flag: str) -> None:
        """Accepted: there is no Cranelift."""
        self.cranelift_flag_set(flag, "true")

    def cranelift_flag_set(self, key: str, value: str) -> None:
        """Accepted: there is no Cranelift."""
        self.ptr()
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError("expected a str")
