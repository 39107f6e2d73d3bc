"""A unit: the functions that LLVM compiles together, as one IR module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.binary.code import Body, decode_body
from wasmjit.compile.jump_ir import JUMP_ATTRIBUTE_TEXT, JUMP_ATTRIBUTES, jump_ir, jump_name
from wasmjit.compile.lower.emitter import FIRST_FREE_METADATA, METADATA
from wasmjit.compile.lower.function import lower_function
from wasmjit.compile.lower.heap import HEAP_METADATA
from wasmjit.compile.lower.recursion import Copy, recursive_copies
from wasmjit.compile.lower.resumed import lower_resumed
from wasmjit.compile.statistics import Statistics, Watch
from wasmjit.validate import validate_body
from wasmjit.wasm.module import Module

_TRAP = f"""\
define internal void @trap(ptr %c, i32 %code, i32 %offset) #2 {{
  %table.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_LIBCALLS}
  %table = load ptr, ptr %table.p, align 8
  %trap.p = getelementptr i8, ptr %table, i64 {8 * Libcall.TRAP}
  %trap = load ptr, ptr %trap.p, align 8
  call void %trap(ptr %c, i32 %code, i32 %offset)
  unreachable
}}
"""

# Frame pointers make backtraces; probes make a huge frame hit the guard page; and a recursion that LLVM turned into a
# loop would never exhaust the stack, hence no tail calls but those that wasm asks for. Calls of @trap are not merged:
# one that stands for several has no place in the backtrace.
# Unwind tables let exceptions pass through any module's code.
_FRAMES = 'uwtable "frame-pointer"="all" "probe-stack"="inline-asm"'
_NO_TAIL_CALLS = '"disable-tail-calls"="true"'
# LLVM delays setting up a frame to where it is needed, but a fault before that would hide the caller. Sanitizers have
# the same need; this one has the fewest other effects (that of types would switch off alias analysis by types).
_FRAME_FIRST = "sanitize_hwaddress"
# LLVM may not conclude that a call inside a try throws nothing. And a handler finds the stack pointer by the size of
# the frame, which realigning the stack for wide vectors would make unknown.
_HANDLERS = '"no-realign-stack"'


def _attributes(guard: bool, has_invokes: bool) -> str:
    """The attribute groups: of functions, unoptimised ones, `@trap`, jumps, and those that tail-call from a frame
    with stack arguments.
    """
    common = f"{_FRAMES} {_HANDLERS if has_invokes else 'nounwind'} {_FRAME_FIRST if guard else ''}"
    trap = f"noinline noreturn nomerge cold nounwind {_FRAMES} {_NO_TAIL_CALLS}"
    groups = {
        "#0": f"{common} {_NO_TAIL_CALLS}",
        "#1": f"noinline optnone {common} {_NO_TAIL_CALLS}",
        "#2": trap,
        JUMP_ATTRIBUTES: JUMP_ATTRIBUTE_TEXT,
        "#4": f"noinline optnone {common}",
        "#5": f"alwaysinline {common} {_NO_TAIL_CALLS}",
    }
    return "".join(f"attributes {name} = {{ {text} }}\n" for name, text in groups.items())


_PERSONALITY = """\
define internal void @personality() #2 {
  unreachable
}
"""
"""Only its presence counts: it makes LLVM write the tables of handlers."""


class Unit:
    """What the functions of one IR module share. Bodies are validated here: no unvalidated code is ever lowered.

    `inlines` says whether LLVM is going to inline functions, `unrolls_recursion` whether some are inlined into
    themselves (recursion.py), `vectorizes` whether it vectorises loops, `deterministic`
    whether relaxed vector instructions give the same results on every machine, `fuel` whether code consumes fuel.
    `bodies` has those that have been decoded already. `counts`: code counts calls and iterations, and moves over to
    better code that there is for a loop. `resumes` is a function, which is no member, and the rank of one of its loops:
    the unit is for a function that goes on there (resumed.py), and all members are only there to be inlined.
    """

    def __init__(
        self,
        module: Module,
        vm_layout: layout.VMLayout,
        funcidxs: Iterable[int],
        *,
        guard: bool,
        deterministic: bool,
        inlines: bool,
        unrolls_recursion: bool = False,
        vectorizes: bool = False,
        fuel: bool = False,
        counts: bool = False,
        resumes: tuple[int, int] | None = None,
        target_arch: str,
        target_features: frozenset[str],
        bodies: Mapping[int, Body] | None = None,
    ) -> None:
        self.module = module
        self.layout = vm_layout
        self.members = frozenset(funcidxs)
        self.guard = guard
        self.deterministic = deterministic
        self.inlines = inlines
        self.unrolls_recursion = unrolls_recursion
        self.vectorizes = vectorizes
        self.fuel = fuel
        self.counts = counts
        self.resumes = resumes
        self.linkage = ""
        self.target_arch = target_arch
        self.target_features = target_features
        self._bodies = bodies or {}
        self.declarations: dict[str, None] = {}
        self._metadata: list[str] = []
        self.has_invokes = False
        self._jumps: dict[str, str] = {}

    def jump(self, key: str) -> str:
        """A function of the unit that jumps to one of signature `key`: it takes that and a buffer of its arguments."""
        if key not in self._jumps:
            self._jumps[key] = jump_ir(key)
        return jump_name(key)

    def next_metadata(self) -> int:
        """The number of the node that `add_metadata` adds next."""
        return _FIRST_ADDED + len(self._metadata)

    def add_metadata(self, text: str) -> None:
        """Add a metadata node."""
        self._metadata.append(f"!{self.next_metadata()} = {text}\n")

    def lower(self, watch: Watch | None = None) -> str:
        """The IR of all members. The time goes to the phases of a watch.

        Raises Unreachable if there is no way to go on at the loop of `resumes`.
        """
        watch = watch or Statistics().watch()
        first_scope = FIRST_FREE_METADATA + len(_DEBUG_HEADER)
        functions: list[str] = []
        scopes: list[str] = []
        if self.resumes is not None:
            self.linkage = "internal "
        for funcidx in sorted(self.members):
            body = self._valid_body(funcidx, watch)
            for copy in self._copies(funcidx, body):
                scope = first_scope + len(scopes)
                functions.append(lower_function(self, funcidx, body, scope, copy))
                scopes.append(_subprogram(scope, funcidx))
            watch.lap("lower")
        if self.resumes is not None:
            self.linkage = ""
            funcidx, loop = self.resumes
            scope = first_scope + len(scopes)
            functions.append(lower_resumed(self, funcidx, self._valid_body(funcidx, watch), loop, scope))
            scopes.append(_subprogram(scope, funcidx))
            watch.lap("lower")
        declarations = "".join([f"{d}\n" for d in self.declarations])
        attributes = _attributes(self.guard, self.has_invokes)
        helpers = [_TRAP, *([_PERSONALITY] if self.has_invokes else []), *self._jumps.values()]
        metadata = METADATA + HEAP_METADATA + _DEBUG_NAMED + "".join([*_DEBUG_HEADER, *scopes, *self._metadata])
        text = "".join([declarations, *helpers, *functions, attributes, metadata])
        watch.lap("lower")
        return text

    def _copies(self, funcidx: int, body: Body) -> Sequence[Copy | None]:
        """The function as it is, or the copies of one that is inlined into itself."""
        if not self.unrolls_recursion or self.resumes is not None:
            return (None,)
        return recursive_copies(funcidx, body) or (None,)

    def _valid_body(self, funcidx: int, watch: Watch) -> Body:
        body = self._bodies.get(funcidx) or decode_body(self.module, funcidx)
        watch.lap("decode")
        validate_body(self.module, funcidx, body)
        watch.lap("validate")
        return body


_CU, _FILE, _VERSION, _DWARF, _TYPE = (FIRST_FREE_METADATA + i for i in range(5))
_FIRST_ADDED = 1 << 30  # beyond the scopes; numbers need not be dense
_DEBUG_NAMED = f"!llvm.dbg.cu = !{{!{_CU}}}\n!llvm.module.flags = !{{!{_VERSION}, !{_DWARF}}}\n"
_DEBUG_HEADER = [
    f"!{_CU} = distinct !DICompileUnit(language: DW_LANG_C99, file: !{_FILE}, emissionKind: LineTablesOnly)\n",
    f'!{_FILE} = !DIFile(filename: "wasm", directory: "")\n',
    f'!{_VERSION} = !{{i32 2, !"Debug Info Version", i32 3}}\n',
    f'!{_DWARF} = !{{i32 2, !"Dwarf Version", i32 4}}\n',  # the one that inlines.py reads
    f"!{_TYPE} = !DISubroutineType(types: !0)\n",
]


def _subprogram(scope: int, funcidx: int) -> str:
    """A function's debug scope. Its "lines" are byte offsets in the module."""
    return (
        f'!{scope} = distinct !DISubprogram(name: "f{funcidx}", scope: !{_FILE}, file: !{_FILE}, '
        f"type: !{_TYPE}, unit: !{_CU}, spFlags: DISPFlagDefinition)\n"
    )
