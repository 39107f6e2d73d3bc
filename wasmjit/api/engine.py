"""Engines: how modules are compiled, and what they are granted."""

from __future__ import annotations

from wasmjit.compile.statistics import Totals
from wasmjit.config import BoundsChecks, Compilation, Config, OptLevel, TargetName, Tier, Validation
from wasmjit.light import TYPE_CHECKING, Iterable, Literal, TypedDict, Unpack, cached_property
from wasmjit.record import replace

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeSupport
    from wasmjit.api.statistics import EngineStats


class Settings(TypedDict, total=False):
    """The fields of `Config` as keyword arguments; `opt` may also be a number."""

    opt: OptLevel | Literal[0, 1, 2, 3]
    bounds_checks: BoundsChecks
    target_cpu: str | None
    target: TargetName | None
    max_stack_bytes: int
    max_gc_heap_bytes: int
    gc_stress: bool
    jobs: int
    release_gil: bool
    relaxed_simd_deterministic: bool
    features: Iterable[str]
    tier: Tier
    tier_threshold: int | None
    compilation: Compilation
    validation: Validation
    cache: bool
    fuel: bool
    perf: bool


class Engine:
    """Settings for compiling and running modules. Light, immutable, shared by threads.

    `Engine()` has the defaults, `Engine(opt=2, bounds_checks="explicit")` changes some, `Engine(config)` takes them
    from a `Config`, changed by the settings given beside it. Raises ValueError for a value out of range, TypeError for
    a setting that does not exist.
    """

    def __init__(self, config: Config | None = None, /, **settings: Unpack[Settings]) -> None:
        if config is not None and not isinstance(config, Config):
            raise TypeError(f"config must be a Config, not {type(config).__name__}")
        changes: dict[str, object] = dict(settings)
        if isinstance(opt := changes.get("opt"), int):
            changes["opt"] = str(opt)
        self.config: Config = replace(config or Config(), **changes)
        self._totals = Totals()

    def __repr__(self) -> str:
        return f"Engine({self.config!r})"

    def __eq__(self, other: object) -> bool:
        return self.config == other.config if isinstance(other, Engine) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.config)

    def __reduce__(self) -> tuple[object, ...]:
        return Engine, (self.config,)

    def stats(self) -> EngineStats:
        """What compiling has done so far for the modules of this engine, and what it has cost.

        Engines with the same settings share the code of a module that both have: it counts for either.
        """
        from wasmjit.api.statistics import engine_stats

        return engine_stats(self._totals.snapshot())

    @cached_property
    def guard(self) -> bool:
        """Whether memories are protected by guard pages rather than by comparisons."""
        from wasmjit.compile.plan import resolve_guard

        return resolve_guard(self.config)

    @property
    def native(self) -> NativeSupport:
        """The machine code that all modules share."""
        from wasmjit.compile.support import native_support

        return native_support()
