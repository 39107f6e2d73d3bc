"""How an engine compiles and what it grants its guests. Immutable; part of the key of compiled code."""

from __future__ import annotations

from wasmjit.features import SUPPORTED, check_features
from wasmjit.light import Literal
from wasmjit.record import record

OptLevel = Literal["0", "1", "2", "3", "s", "auto"]
BoundsChecks = Literal["guard", "explicit", "auto"]
Tier = Literal["auto", "baseline", "optimized", "interp"]
Validation = Literal["lazy", "eager"]
Compilation = Literal["lazy", "eager"]
TargetName = Literal["x86_64-linux", "aarch64-linux"]

TIERS: tuple[Tier, ...] = ("auto", "baseline", "optimized", "interp")
DEFAULT_TIER: Tier = "auto"
TARGETS: tuple[TargetName, ...] = ("x86_64-linux", "aarch64-linux")
OPT_LEVELS: tuple[OptLevel, ...] = ("0", "1", "2", "3", "s", "auto")


@record
class Config:
    """Settings of an `Engine`.

    * `opt`: optimisation level of LLVM; "auto" takes "2" for modules with up to `AUTO_OPT_CODE_BYTES` of code and
      "0" for larger ones, whose compilation would take minutes.
    * `bounds_checks`: "guard" (guard pages and a signal handler), "explicit" (a comparison at every access), or
      "auto": guard where the platform has it.
    * `target_cpu`: an LLVM CPU name; None means this machine's, with all its features.
    * `target`: a kind of machine to compile for, one of `TARGETS`, where `target_cpu` None is the least such machine.
      None means this machine. Code for another kind can be written to a file, not run.
    * `max_stack_bytes`: native stack that wasm and the Python functions it calls may use together.
    * `max_gc_heap_bytes`: memory for the structures and arrays of one store, in blocks of 64 KiB. It is address space
      until it is used.
    * `gc_stress`: collect garbage at every allocation. For tests.
    * `compilation`: "lazy" compiles a function when it is first called, "eager" all before the module can be used.
    * `validation`: "lazy" checks a body when it is compiled, so that `InvalidError` may come from a call; "eager"
      checks all when the module is made. No code runs that has not been checked.
    * `jobs`: processes that compile eagerly; 1 compiles in this process.
    * `cache`: whether compiled code is kept on disk, and found there by the next process (`wasmjit cache dir`).
    * `fuel`: code consumes the fuel of its store, an instruction a unit, and traps when that is used up.
    * `perf`: tell profilers and debuggers what functions are called: in `/tmp/perf-PID.map`, which `perf` reads, and by
      GDB's interface for just-in-time compilers.
    * `release_gil`: calls of exports let other Python threads run from their start. Otherwise they hold the global
      interpreter lock, which costs less, for the first hundredth of a second.
    * `relaxed_simd_deterministic`: relaxed vector instructions give the results of the specification's deterministic
      profile, the same on every machine, instead of the fastest that are allowed.
    * `features`: the features of the language that modules may use (names of features.py), or a list as
      `--features` takes it, `"-simd,-threads"`. A module that uses another is refused with `UnsupportedError`.
    * `tier`: "optimized" is machine code by LLVM; "baseline" is machine code that is made quickly and runs slowly;
      "auto" begins with that, and has LLVM optimise what turns out to be hot, while the program runs. Where there is no
      baseline compiler for the machine, and with `compilation="eager"`, both mean "optimized". "interp" translates to
      Python, which needs no LLVM, and is slow. Of the settings above it knows `max_stack_bytes`, `fuel`, `features`,
      and `max_gc_heap_bytes` for each array.
    * `tier_threshold`: after how many calls and iterations "auto" optimises a function, for which the program then
      waits. For tests. None: after a number that depends on its size, and nothing waits.
    """

    opt: OptLevel = "auto"
    bounds_checks: BoundsChecks = "auto"
    target_cpu: str | None = None
    target: TargetName | None = None
    max_stack_bytes: int = 2 << 20
    max_gc_heap_bytes: int = 4 << 30
    gc_stress: bool = False
    jobs: int = 1
    release_gil: bool = False
    relaxed_simd_deterministic: bool = False
    tier: Tier = DEFAULT_TIER
    tier_threshold: int | None = None
    compilation: Compilation = "lazy"
    validation: Validation = "lazy"
    cache: bool = True
    fuel: bool = False
    perf: bool = False
    features: frozenset[str] = SUPPORTED

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", check_features(self.features))
        if self.opt not in OPT_LEVELS:
            raise ValueError(f"opt must be one of {', '.join(OPT_LEVELS)}, not {self.opt!r}")
        if self.bounds_checks not in ("guard", "explicit", "auto"):
            raise ValueError(f"bounds_checks must be guard, explicit or auto, not {self.bounds_checks!r}")
        if self.target is not None and self.target not in TARGETS:
            raise ValueError(f"target must be one of {', '.join(TARGETS)}, not {self.target!r}")
        for name in ("compilation", "validation"):
            if getattr(self, name) not in ("lazy", "eager"):
                raise ValueError(f"{name} must be lazy or eager, not {getattr(self, name)!r}")
        if not 64 << 10 <= self.max_stack_bytes <= 1 << 30:
            raise ValueError("max_stack_bytes must be between 64 KiB and 1 GiB")
        if not 64 << 10 <= self.max_gc_heap_bytes <= 1 << 40:
            raise ValueError("max_gc_heap_bytes must be between 64 KiB and 1 TiB")
        if self.tier not in TIERS:
            raise ValueError(f"tier must be one of {', '.join(TIERS)}, not {self.tier!r}")
        if self.tier_threshold is not None and self.tier_threshold < 1:
            raise ValueError("tier_threshold must be at least 1")
        if self.jobs < 1:
            raise ValueError("jobs must be at least 1")


AUTO_OPT_CODE_BYTES = 256 << 10
