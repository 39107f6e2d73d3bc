"""From a function of a module to baseline code: one pass over the validated body, which joins stencils."""

from __future__ import annotations

from wasmjit.abi.frame import ENTRY
from wasmjit.abi.fuel import FUNCTION, LOOP, fuel_costs
from wasmjit.abi.layout import VMLayout
from wasmjit.binary.code import Body, decode_body
from wasmjit.compile.baseline.branches import Frame
from wasmjit.compile.baseline.call_plan import call_plan
from wasmjit.compile.baseline.calls import begin
from wasmjit.compile.baseline.coder import Coder, NoStencilError
from wasmjit.compile.baseline.context import Context
from wasmjit.compile.baseline.counting import count, finish_counts
from wasmjit.compile.baseline.frame import IN_VECTOR_REGISTERS, MAX_FRAME_BYTES, slot_bytes
from wasmjit.compile.baseline.pinning import count_uses, pin_locals
from wasmjit.compile.debug import save_places
from wasmjit.compile.pack import CodePack, function_lists
from wasmjit.compile.platform import current_platform
from wasmjit.compile.statistics import Statistics
from wasmjit.compile.unwind import attach_records, frame_records
from wasmjit.config import Config
from wasmjit.validate import validate_body
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType

_LOCAL_GET, _I32_CONST = CODE_BY_NAME["local.get"], CODE_BY_NAME["i32.const"]

MAX_OPERANDS = 200
"""Operands on the stack at once: handlers look through them, which a body made for it would make quadratic."""


class BaselineCompiler:
    """Compiles functions of one module, one at a time. What it costs is counted in `statistics`."""

    def __init__(
        self, module: Module, config: Config, *, counts: bool = False, statistics: Statistics | None = None
    ) -> None:
        self.module = module
        self.statistics = statistics or Statistics()
        layout = VMLayout(module)
        watch = self.statistics.watch()
        self.context = Context(module, layout, config=config, counts=counts)
        watch.lap("stencils")

    def pack(self, funcidx: int, body: Body | None = None) -> CodePack | None:
        """Machine code of a function; None if something in it has no stencil.

        Raises what decoding and validation raise for a body that is not valid.
        """
        watch = self.statistics.watch()
        if body is None:
            body = decode_body(self.module, funcidx)
            watch.lap("decode")
        validate_body(self.module, funcidx, body)
        watch.lap("validate")
        try:
            coder = _coder(self.context, funcidx, body)
            _translate(coder)
        except NoStencilError:
            watch.lap("emit")
            self.statistics.count("no_stencil")
            return None
        pack = _pack(coder, funcidx)
        watch.lap("emit")
        start, end = self.module.codes[coder.function]
        self.statistics.made("baseline", 1, end - start, len(pack.code))
        return pack


def _coder(context: Context, funcidx: int, body: Body) -> Coder:
    """The state at the beginning of a function, whose prologue is made."""
    type = context.module.func_type(funcidx)
    in_vectors = [t in IN_VECTOR_REGISTERS for t in (*type.params, *body.local_types)]
    uses = count_uses(body.instrs, len(in_vectors), context.host_globals)
    slot = slot_bytes(context.module, type, body, vectors=context.has_vectors, prefixed=uses.prefixed)
    if len(in_vectors) * slot > MAX_FRAME_BYTES:
        raise NoStencilError("many locals")
    c = Coder(context, in_vectors, pin_locals(uses, in_vectors, len(type.params)), slot, body.instrs)
    c.function = funcidx - context.module.num_imported_funcs
    plan = call_plan(type)
    c.expect_results(type, plan)
    c.frames.append(Frame(FuncType((), type.results), c.asm.label(), 0))
    begin(c, type, plan)
    count(c, ENTRY)
    return c


def _translate(c: Coder) -> None:
    if c.context.fuel:
        _translate_fueled(c)
    else:
        handlers, stack, home = c.context.handlers, c.stack, c.home
        for code, imm, offset in c.cursor:
            if code == _LOCAL_GET:
                stack.append(home[imm])
            elif code == _I32_CONST:
                stack.append((imm,))
            else:
                if len(stack) > MAX_OPERANDS:
                    raise NoStencilError("many operands")
                c.offset = offset
                handlers[code](c, imm)
    finish_counts(c)


def _translate_fueled(c: Coder) -> None:
    """The same for code that consumes fuel (abi/fuel.py), at the ends of regions."""
    costs = fuel_costs(c.instrs)
    c.offset = c.instrs[0][2]
    _charge(c, costs.get(FUNCTION), check=True)
    for code, imm, offset in c.cursor:
        if len(c.stack) > MAX_OPERANDS:
            raise NoStencilError("many operands")
        c.offset = offset
        c.context.handlers[code](c, imm)
        # A handler that passes over dead code ends at a later instruction.
        _charge(c, costs.get(c.offset), check=c.next_code(0) == LOOP)


def _charge(c: Coder, cost: int | None, *, check: bool) -> None:
    if cost is not None:
        c.asm.locate(c.offset)
        c.asm.put(c.context.stencil("fuel check" if check else "fuel"), cost)


def _pack(c: Coder, funcidx: int) -> CodePack:
    c.asm.out[0] = c.entry.pack(-(-c.top // 16) * 16, c.context.memory_base)  # the size of the frame is known now
    code = c.asm.finish()
    size = len(code)
    platform = current_platform()
    attach_records(code, frame_records(size, c.context.library.entry_saved), platform.pack_align)
    debug = save_places(c.asm.places)
    ranges = [(0, len(code), 0, len(debug))]
    return CodePack(bytes(code), c.asm.fixups, function_lists([(0, size, funcidx)]), ranges, lambda: debug)
