"""Turning branches to the end of a block into the arms of an `if`, where that needs no copy of code.

Python has no block to break out of but a loop. A loop in the way costs little, but a branch that crosses it on its way
to an outer one has to be passed on from loop to loop.
"""

from __future__ import annotations

from wasmjit.interp.tree import Branch, If, Node, Scope, Stop, Try

MAX_ARMS = 24
"""How deep arms may be nested for this: Python's parser has limits."""


def simplified(nodes: list[Node]) -> list[Node]:
    """The same code with fewer blocks. Recursive: for bodies that are not nested too deeply."""
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Scope):
            result += _simplified_scope(node)
        elif isinstance(node, If):
            result.append(If(node.condition, simplified(node.then), simplified(node.orelse), node.offset))
        elif isinstance(node, Try):
            result.append(Try(simplified(node.body), node.name, simplified(node.handlers)))
        else:
            result.append(node)
        if not completes(result[-1:]):
            break
    return result


def _simplified_scope(scope: Scope) -> list[Node]:
    body = simplified(scope.body)
    if scope.is_loop:
        return [Scope(scope.label, True, body)] if _mentions(body, scope.label) else body
    without = _without(body, scope.label, 0)
    return [Scope(scope.label, False, body)] if without is None else without


def _without(nodes: list[Node], label: int, depth: int) -> list[Node] | None:
    """The code with no branch to `label`, which is where it ends; None if that is not possible."""
    for index, node in enumerate(nodes):
        if isinstance(node, Branch):
            return nodes[:index] if node.label == label else nodes[: index + 1]
        if not _mentions([node], label):
            continue
        if depth > MAX_ARMS or not isinstance(node, If):
            return None
        arms = _arms(node, nodes[index + 1 :], label)
        if arms is None:
            return None
        then, orelse = (_without(arm, label, depth + 1) for arm in arms)
        if then is None or orelse is None:
            return None
        return [*nodes[:index], If(node.condition, then, orelse, node.offset)]
    return nodes


def _arms(node: If, rest: list[Node], label: int) -> tuple[list[Node], list[Node]] | None:
    """The arms with what follows the `if` moved into the one that goes on."""
    if not rest:
        return node.then, node.orelse
    if not completes(node.then):
        return node.then, [*node.orelse, *rest]
    if not completes(node.orelse):
        return [*node.then, *rest], node.orelse
    return None


def completes(nodes: list[Node]) -> bool:
    """Whether execution can get to the end of some code."""
    if not nodes:
        return True
    last = nodes[-1]
    if isinstance(last, Stop | Branch):
        return False
    if isinstance(last, If):
        return completes(last.then) or completes(last.orelse)
    if isinstance(last, Scope):
        return completes(last.body) or (not last.is_loop and _mentions(last.body, last.label))
    return not isinstance(last, Try) or completes(last.body)


def _mentions(nodes: list[Node], label: int) -> bool:
    return label in branch_labels(nodes)


def branch_labels(nodes: list[Node]) -> set[int]:
    """All labels that some code branches to."""
    labels: set[int] = set()
    pending = [nodes]
    while pending:
        for node in pending.pop():
            if isinstance(node, Branch):
                labels.add(node.label)
            elif isinstance(node, If):
                pending += (node.then, node.orelse)
            elif isinstance(node, Scope):
                pending.append(node.body)
            elif isinstance(node, Try):
                pending += (node.body, node.handlers)
    return labels
