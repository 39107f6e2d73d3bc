"""One face for the engines: a world is an environment, a module that imports from it, and the module's lens."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, Protocol

Outcome = list[Any]
"""What a call did: ["ok", result...], ["trap", kind] or ["host", message]."""

Log = list[Any]
EXHAUSTED = "call stack exhausted"
HOST_CALLS = 200
DEPTH = 30  # of calls back into the module: how deep Python can go is not the engines' matter
CACHED_MODULES = 40


class HostError(Exception):
    """Raised by a host function, to come out of the call of wasm."""


class World(Protocol):
    """What both engines offer. `log` lists the calls of host functions."""

    log: Log

    def call(self, name: str, args: Sequence[Any]) -> Outcome:
        """Call a function of the lens."""

    def made(self, name: str) -> bool:
        """Whether a module could be instantiated."""

    def look(self, name: str) -> Outcome:
        """Call a function of the environment's lens."""

    def memory(self, name: str | None) -> bytes:
        """Contents of an exported memory, or of the environment's."""


def float_text(value: float) -> str:
    """A float exactly, but for a NaN's bits."""
    return "nan" if value != value else struct.pack("<d", value).hex()


def host_functions(log: Log, reenter: Callable[[int], int]) -> dict[str, Callable[..., Any]]:
    """The functions of `host`: pure but for the log, and for an error at the last of many calls.

    `again` calls back into the module, by `reenter`. For odd numbers it keeps what goes wrong there to itself.
    """

    def record(*entry: Any) -> None:
        log.append(list(entry))
        if len(log) > HOST_CALLS:
            raise HostError(f"too many host calls: {entry[0]}")

    def i(value: int) -> int:
        record("i", value)
        if value == 0x7FFFFFFF:
            raise HostError("refused")
        return (value * 3 + 1 + (1 << 31)) % (1 << 32) - (1 << 31)

    def mix(a: int, b: float, c: float) -> int:
        record("mix", a, float_text(b), float_text(c))
        return a ^ int(b == c)

    def multi(a: int, b: int) -> list[Any]:
        record("multi", a, b)
        return [~b, a ^ 0x55, a / 4]

    def ext(value: object, index: int) -> object:
        record("ext", value if value is None else str(value), index)
        return (value, None, f"made {index & 3}")[index % 3]

    depth = 0

    def again(number: int) -> int:
        nonlocal depth
        record("again", number)
        if depth == DEPTH:
            raise HostError("too deep")
        depth += 1
        try:
            return reenter(number)
        except Exception as error:
            log.append(["failed", number, isinstance(error, HostError)])
            if number % 2:
                return -1
            raise
        finally:
            depth -= 1

    return {"i": i, "mix": mix, "multi": multi, "ext": ext, "again": again}


HOST_TYPES = {
    "i": (["i32"], ["i32"]),
    "mix": (["i64", "f32", "f64"], ["i64"]),
    "multi": (["i32", "i64"], ["i64", "i32", "f64"]),
    "ext": (["externref", "i32"], ["externref"]),
    "again": (["i32"], ["i32"]),
}


def as_list(result: Any) -> list[Any]:
    """Results of a call in both engines' ways to return them."""
    if result is None:
        return [None]
    return list(result) if isinstance(result, list | tuple) else [result]


# --- wasmtime


@cache
def _wasmtime_engine() -> Any:
    import wasmtime

    config = wasmtime.Config()
    config.max_wasm_stack = 1 << 20
    return wasmtime.Engine(config)


@lru_cache(CACHED_MODULES)
def _wasmtime_module(data: bytes) -> Any:
    import wasmtime

    return wasmtime.Module(_wasmtime_engine(), data)


_WASMTIME_KINDS = {
    "STACK_OVERFLOW": EXHAUSTED,
    "MEMORY_OUT_OF_BOUNDS": "memory",
    "TABLE_OUT_OF_BOUNDS": "table",
    "INDIRECT_CALL_TO_NULL": "null",
    "BAD_SIGNATURE": "signature",
    "INTEGER_OVERFLOW": "overflow",
    "INTEGER_DIVISION_BY_ZERO": "divide",
    "BAD_CONVERSION_TO_INTEGER": "conversion",
    "UNREACHABLE": "unreachable",
}


class WasmtimeWorld:
    """The reference."""

    def __init__(self, modules: dict[str, bytes]) -> None:
        import wasmtime

        self.log: Log = []
        self._store = wasmtime.Store(_wasmtime_engine())
        self._linker = wasmtime.Linker(_wasmtime_engine())
        value_type = {name: getattr(wasmtime.ValType, name) for name in ("i32", "i64", "f32", "f64", "externref")}
        for name, function in host_functions(self.log, self._reenter).items():
            params, results = ([value_type[t]() for t in types] for types in HOST_TYPES[name])
            self._linker.define_func("host", name, wasmtime.FuncType(params, results), function)
        self._exports: dict[str, Any] = {}
        self._modules = modules

    def instantiate(self, name: str) -> Outcome:
        """Instantiate one of the modules under its name."""

        def run() -> None:
            instance = self._linker.instantiate(self._store, _wasmtime_module(self._modules[name]))
            self._linker.define_instance(self._store, name, instance)
            self._exports[name] = instance.exports(self._store)

        return self._observe(run)

    def call(self, name: str, args: Sequence[Any]) -> Outcome:
        function = self._exports["lens"][name]
        return self._observe(lambda: function(self._store, *args))

    def made(self, name: str) -> bool:
        return name in self._exports

    def look(self, name: str) -> Outcome:
        return self._observe(lambda: self._exports["env lens"][name](self._store))

    def memory(self, name: str | None) -> bytes:
        memory = self._exports["env"]["memory"] if name is None else self._exports["module"][name]
        return bytes(memory.read(self._store, 0, memory.data_len(self._store)))

    def _reenter(self, number: int) -> int:
        exports = self._exports.get("module", {})
        result: int = exports["reenter"](self._store, number) if "reenter" in exports else number
        return result

    def _observe(self, run: Callable[[], Any]) -> Outcome:
        import wasmtime

        try:
            return ["ok", *as_list(run())]
        except HostError as error:
            return ["host", str(error)]
        except wasmtime.Trap as trap:
            code = trap.trap_code
            return ["trap", str(trap) if code is None else _WASMTIME_KINDS[code.name]]


# --- wasmjit


_WASMJIT_KINDS = {
    "stack_exhausted": EXHAUSTED,
    "memory_out_of_bounds": "memory",
    "table_out_of_bounds": "table",
    "undefined_element": "table",
    "uninitialized_element": "null",
    "indirect_call_type_mismatch": "signature",
    "integer_overflow": "overflow",
    "integer_divide_by_zero": "divide",
    "invalid_conversion": "conversion",
    "unreachable": "unreachable",
}


@lru_cache(CACHED_MODULES)
def _wasmjit_module(data: bytes, opt: Any, bounds_checks: Any, cpu: str | None) -> Any:
    import wasmjit

    return wasmjit.Module(_wasmjit_engine(opt, bounds_checks, cpu), data)


_TIERS: dict[str, dict[str, Any]] = {
    "interp": {"tier": "interp"},
    "baseline": {"tier": "baseline"},
    "exact": {"tier": "baseline", "bounds_checks": "explicit"},
    "auto": {"tier": "auto", "tier_threshold": 1, "bounds_checks": "explicit"},
}


def _wasmjit_engine(opt: Any, way: Any, cpu: str | None) -> Any:
    import wasmjit

    if way in _TIERS:
        return wasmjit.Engine(opt=opt, **_TIERS[way])
    return wasmjit.Engine(tier="optimized", opt=opt, bounds_checks=way, target_cpu=cpu)


class WasmjitWorld:
    """The engine under test; what helps to look is compiled without optimisation. `bounds_checks` may also name another
    tier, for all of it.
    """

    def __init__(self, modules: dict[str, bytes], opt: str, bounds_checks: Any, cpu: str | None = None) -> None:
        import wasmjit

        self.log: Log = []
        self._bounds_checks, self._tested = bounds_checks, (opt, bounds_checks, cpu)
        self._store = wasmjit.Store(_wasmjit_engine("0", bounds_checks, None))
        self._instances: dict[str, Any] = {"host": host_functions(self.log, self._reenter)}
        self._modules = modules

    def instantiate(self, name: str) -> Outcome:
        """Instantiate one of the modules under its name."""
        import wasmjit

        def run() -> None:
            mode = self._tested if name == "module" else ("0", self._bounds_checks, None)
            module = _wasmjit_module(self._modules[name], *mode)
            self._instances[name] = wasmjit.Instance(self._store, module, self._instances)

        return self._observe(run)

    def call(self, name: str, args: Sequence[Any]) -> Outcome:
        function = self._instances["lens"][name]
        return self._observe(lambda: function(*args))

    def made(self, name: str) -> bool:
        return name in self._instances

    def look(self, name: str) -> Outcome:
        return self._observe(self._instances["env lens"][name])

    def memory(self, name: str | None) -> bytes:
        memory = self._instances["env"]["memory"] if name is None else self._instances["module"][name]
        return bytes(memory.read(0, len(memory)))

    def _reenter(self, number: int) -> int:
        exports = self._instances.get("module", {})
        result: int = exports["reenter"](number) if "reenter" in exports else number
        return result

    def _observe(self, run: Callable[[], Any]) -> Outcome:
        import wasmjit

        try:
            return ["ok", *as_list(run())]
        except HostError as error:
            return ["host", str(error)]
        except wasmjit.Trap as trap:
            return ["trap", _WASMJIT_KINDS[trap.code]]


class WrongWorld(WasmjitWorld):
    """An engine that gets the lowest bit of every first integer wrong."""

    def call(self, name: str, args: Sequence[Any]) -> Outcome:
        outcome = super().call(name, args)
        return [*outcome[:1], outcome[1] ^ 1, *outcome[2:]] if outcome[1:] and isinstance(outcome[1], int) else outcome
