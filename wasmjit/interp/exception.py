"""Exception instructions, final (spec 4.4.8) and legacy: Python's own `try`.

A handler is an `if` that does not complete; behind the last one the exception is raised again.
"""

from __future__ import annotations

from wasmjit.interp.operand import TRAPS, Operand
from wasmjit.interp.registry import interprets
from wasmjit.interp.translator import Frame, Translator
from wasmjit.interp.tree import Branch, If, Node, Stop
from wasmjit.wasm.types import FuncType


@interprets("throw")
def throw(t: Translator, tagidx: int) -> None:
    """With the tag's payload."""
    values = t.pop_values(t.module.tag_type(tagidx).type.params)
    t.settle(TRAPS)
    payload = "".join(f"{value.text}, " for value in values)
    t.stop(f"throw(tag{tagidx}, ({payload}))")


@interprets("throw_ref")
def throw_ref(t: Translator, imm: None) -> None:
    """An exception that has been caught."""
    value = t.pop()
    t.settle(TRAPS)
    t.stop(f"throw_ref({value.text})")


def _push_caught(t: Translator, name: str, tagidx: int | None) -> None:
    """The payload of what has been caught."""
    if tagidx is None:
        return
    for i, type in enumerate(t.module.tag_type(tagidx).type.params):
        bits = t.full_range(type)
        t.stack.append(Operand(f"{name}.values[{i}]", 1, frozenset((name,)), 0, 0, bits))


def _handler(t: Translator, name: str, tagidx: int | None, nodes: list[Node]) -> If:
    condition = "1" if tagidx is None else f"{name}.tag is tag{tagidx}"
    return If(condition, nodes, [], t.offset)


@interprets("try_table")
def try_table(t: Translator, imm: tuple[FuncType | int, tuple[tuple[str, int | None, int], ...]]) -> None:
    """A block whose clauses branch to labels outside of it."""
    type, clauses = imm
    t.settle_all()
    name = t.exception_name()
    handlers: list[Node] = []
    for kind, tagidx, labelidx in clauses:
        height = len(t.stack)
        _push_caught(t, name, tagidx)
        if kind.endswith("_ref"):
            t.stack.append(Operand(name, 0, frozenset((name,))))
        handlers.append(_handler(t, name, tagidx, t.jump(labelidx)))
        del t.stack[height:]
    frame = t.open(t.module.block_type(type))
    frame.catch(name, handlers)


# --- legacy


@interprets("try")
def try_(t: Translator, imm: FuncType | int) -> None:
    """A block with handlers inside."""
    name = t.exception_name()
    frame = t.open(t.module.block_type(imm))
    frame.catch(name, [])


def _begin_handler(t: Translator, tagidx: int | None) -> None:
    frame = t.frames[-1]
    _end_part(t, frame)
    del t.stack[frame.height :]
    t.nodes = []
    assert frame.handlers is not None
    frame.handlers.append(_handler(t, frame.exception, tagidx, t.nodes))
    _push_caught(t, frame.exception, tagidx)


def _end_part(t: Translator, frame: Frame) -> None:
    """The end of the body or of a handler, which goes on behind the block."""
    reaches = not t.dead
    t.end_arm(frame)
    if frame.body is None:
        frame.body = t.nodes
    elif reaches:
        frame.used = True
        t.nodes.append(Branch(frame.label))


@interprets("catch")
def catch(t: Translator, tagidx: int) -> None:
    """The handler of a tag."""
    _begin_handler(t, tagidx)


@interprets("catch_all")
def catch_all(t: Translator, imm: None) -> None:
    """The handler of all tags."""
    _begin_handler(t, None)


@interprets("rethrow")
def rethrow(t: Translator, labelidx: int) -> None:
    """What a handler around this has caught."""
    t.settle(TRAPS)
    t.stop(f"raise {t.frames[-1 - labelidx].exception}")


@interprets("delegate")
def delegate(t: Translator, labelidx: int) -> None:
    """Ends a `try` without handlers: what is thrown in it is for a label further out."""
    frame = t.frames[-1]
    target = t.frames[-2 - labelidx]
    t.has_delegates = True
    t.delegates_out |= target is t.frames[0]
    assert frame.handlers is not None
    frame.handlers += [Stop(f"delegate({frame.exception}, {target.label})", t.offset)]
    t.close()
