"""From functions of a module to machine code: what compiling any unit needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from wasmjit.abi.layout import VMLayout
from wasmjit.binary.code import Body
from wasmjit.compile.cluster import plan_cluster
from wasmjit.compile.link import link_object
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.llvm.pipeline import FASTEST, VECTORIZING
from wasmjit.compile.llvm.target import Target, resolve_target
from wasmjit.compile.lower import Unit
from wasmjit.compile.pack import CodePack
from wasmjit.compile.plan import resolve_guard, resolve_opt
from wasmjit.compile.statistics import SOURCE_OF_OPT, Source, Statistics, Watch, body_bytes
from wasmjit.config import Config
from wasmjit.errors import WasmError
from wasmjit.wasm.module import Module


class UnitCompiler:
    """Compiles functions of one module with one configuration. What it costs is counted in `statistics`.

    `opt` is a level in place of the configuration's. `counts`: the code counts how often it runs (lower/counter.py).
    """

    def __init__(
        self,
        module: Module,
        config: Config,
        statistics: Statistics | None = None,
        *,
        opt: str | None = None,
        counts: bool = False,
    ) -> None:
        self.module = module
        self.statistics = statistics or Statistics()
        self.layout = VMLayout(module)
        self.counts = counts
        self.guard = resolve_guard(config)
        self.fuel = config.fuel
        self.deterministic = config.relaxed_simd_deterministic
        self.target: Target = resolve_target(config.target_cpu, config.target)
        self.settings = CodegenSettings(
            opt or resolve_opt(module, config), self.target.cpu, self.target.features, self.target.triple
        )

    @property
    def source(self) -> Source:
        """What its code counts as."""
        return SOURCE_OF_OPT[self.settings.opt]

    def ir(
        self,
        funcidxs: Iterable[int],
        bodies: Mapping[int, Body] | None = None,
        watch: Watch | None = None,
        resumes: tuple[int, int] | None = None,
    ) -> str:
        """IR of a unit. Raises what decoding and validation raise for a body that is not valid.

        `bodies` has those that have been decoded already; `resumes` as for `Unit`.
        """
        unit = Unit(
            self.module,
            self.layout,
            funcidxs,
            guard=self.guard,
            deterministic=self.deterministic,
            inlines=self.settings.opt in VECTORIZING,
            unrolls_recursion=self.settings.opt in FASTEST,
            vectorizes=self.settings.opt in VECTORIZING and not self.fuel,
            fuel=self.fuel,
            counts=self.counts,
            resumes=resumes,
            target_arch=self.target.arch,
            target_features=self.target.enabled,
            bodies=bodies,
        )
        return unit.lower(watch)

    def pack(self, funcidxs: Iterable[int], bodies: Mapping[int, Body] | None = None) -> CodePack:
        """Machine code of a unit."""
        watch = self.statistics.watch()
        text = self.ir(funcidxs, bodies, watch)
        watch.restart()
        data = compile_ir(text, self.settings)
        watch.lap("llvm")
        pack = link_object(data)
        watch.lap("link")
        size = body_bytes(self.module, pack.funcidxs)
        self.statistics.made(self.source, len(pack.funcidxs), size, len(pack.code))
        return pack

    def cluster(self, funcidx: int, is_compiled: Callable[[int], bool]) -> CodePack:
        """Machine code of one function, and of small ones that it calls (cluster.py).

        Raises what decoding and validation raise for that function.
        """
        watch = self.statistics.watch()
        bodies = plan_cluster(self.module, funcidx, inlines=self.settings.opt in VECTORIZING, is_compiled=is_compiled)
        watch.lap("decode")
        try:
            return self.pack(bodies, bodies)
        except WasmError:
            if len(bodies) == 1:
                raise
            return self.pack([funcidx])  # another one may be at fault, which is not called yet

    def resumed(self, funcidx: int, loop: int) -> CodePack:
        """Machine code that goes on in one loop of a function (abi/frame.py): all that the pack lists of it.

        Small functions that it calls may be inlined. Raises lower.resumed.Unreachable.
        """
        watch = self.statistics.watch()
        bodies: dict[int, Body] = {}
        if self.settings.opt in VECTORIZING:
            bodies = plan_cluster(self.module, funcidx, inlines=True, is_compiled=lambda _: True)
            watch.lap("decode")
        members = [member for member in bodies if member != funcidx]
        try:
            text = self.ir(members, bodies, watch, (funcidx, loop))
        except WasmError:  # another one may be at fault, which is not called yet
            text = self.ir((), bodies, watch, (funcidx, loop))
        watch.restart()
        data = compile_ir(text, self.settings)
        watch.lap("llvm")
        pack = link_object(data)
        watch.lap("link")
        self.statistics.made("osr", 1, body_bytes(self.module, [funcidx]), len(pack.code))
        return pack
