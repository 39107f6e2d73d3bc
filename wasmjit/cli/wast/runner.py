"""Running the commands of a script, one after the other.

Messages are compared as prefixes, either way round, as wasmtime and wasm-tools do: the suite has "uninitialized
element" where an engine says "uninitialized element 2", and the reverse. The offset that follows our messages is left
out.

A command is skipped only for a feature of the language that the engine lacks: its module was refused with
`UnsupportedError`, or it needs an instance that could not be made for that reason. If such a module was to import from
an instance, it might have written to its memory, tables or globals: a command on that instance which fails afterwards
counts as skipped too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from wasmjit.api.engine import Engine
from wasmjit.api.module import Module
from wasmjit.api.tier import is_func, is_global
from wasmjit.cli.wast.convert import Action, Command, Script
from wasmjit.cli.wast.invoke import from_python, invoke
from wasmjit.cli.wast.state import Broken, FailureError, NeededError, State, Unavailable
from wasmjit.cli.wast.thread import ScriptThread
from wasmjit.cli.wast.values import Result, matches, show_pattern, show_results
from wasmjit.errors import (
    ExhaustionError,
    InvalidError,
    LinkError,
    MalformedError,
    Trap,
    UnsupportedError,
    WasmError,
    WasmException,
)
from wasmjit.wasm.types import ValType


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of one command. `features` are those that a skipped one needs."""

    line: int
    type: str
    outcome: Literal["passed", "failed", "skipped"]
    message: str = ""
    features: frozenset[str] = frozenset()


def run_script(script: Script, engine: Engine) -> list[CommandResult]:
    """Run all commands of a script in a store of their own."""
    state = State(engine)
    return [_run_command(_Context(script, state, command)) for command in script.commands]


@dataclass(frozen=True, slots=True)
class _Context:
    """A command with the script and the state that it runs in."""

    script: Script
    state: State
    command: Command

    @property
    def text(self) -> str:
        """The message that the command expects."""
        return self.command["text"]

    def suspicion(self) -> frozenset[str]:
        """Features whose lack may be why the command's action fails."""
        action = self.command.get("action")
        return self.state.suspicion(action.get("module")) if action is not None else frozenset()

    def module_bytes(self) -> bytes:
        """The module of the command."""
        file = self.script.module_file(self.command)
        if file is None:
            raise FailureError("wasm-tools can't convert the module")
        return file.read_bytes()


def _run_command(context: _Context) -> CommandResult:
    command = context.command
    line, type = command["line"], command["type"]
    handler = _HANDLERS.get(type)
    try:
        if handler is None:
            raise FailureError("unknown command")
        handler(context)
    except NeededError as error:
        return CommandResult(line, type, "skipped", str(error), error.features)
    except Exception as error:  # whatever a module provokes must not stop the script
        message = str(error) if isinstance(error, FailureError) else f"{error.__class__.__name__}: {error}"
        features = context.suspicion()
        return CommandResult(line, type, "skipped" if features else "failed", message, features)
    return CommandResult(line, type, "passed")


# --- modules


def _compile(context: _Context) -> Module:
    """The command's module. Raises NeededError if it needs what there is not."""
    data = context.module_bytes()
    try:
        return Module(context.state.engine, data)
    except UnsupportedError as error:
        features = frozenset({error.feature})
        context.state.suspect(data, features)
        raise NeededError(features) from error


def _run_module(context: _Context) -> None:
    state, name = context.state, context.command.get("name")
    with _making(state.set_instance, name):
        _run_module_definition(context)
        state.set_instance(name, state.instantiate(state.module(name)))


def _run_module_definition(context: _Context) -> None:
    state, name = context.state, context.command.get("name")
    with _making(state.set_module, name):
        state.set_module(name, _compile(context))


def _run_module_instance(context: _Context) -> None:
    state, name = context.state, context.command.get("instance")
    with _making(state.set_instance, name):
        state.set_instance(name, state.instantiate(state.module(context.command.get("module"))))


@contextmanager
def _making(note: Callable[[str | None, Unavailable | Broken], None], name: str | None) -> Iterator[None]:
    """While something is made: note what stands in its place if it can't be."""
    note(name, Broken())
    try:
        yield
    except NeededError as error:
        note(name, Unavailable(error.features))
        raise


def _run_register(context: _Context) -> None:
    context.state.register(context.command.get("name"), context.command["as"])


# --- threads


def _run_thread(context: _Context) -> None:
    """Start a thread whose commands know one instance of this one, and have a store of their own."""
    state = State(context.state.engine)
    shared = context.command["shared_module"]
    state.set_instance(shared, context.state.instance(shared))
    commands = context.command["commands"]
    context.state.threads[context.command["name"]] = ScriptThread(
        lambda: [_run_command(_Context(context.script, state, command)) for command in commands]
    )


def _run_wait(context: _Context) -> None:
    thread: ScriptThread[list[CommandResult]] = context.state.threads[context.command["thread"]]
    results = thread.join()
    if results is None:
        raise FailureError("the thread ended early")
    for result in results:
        if result.outcome == "skipped":
            raise NeededError(result.features)
        if result.outcome == "failed":
            raise FailureError(f"line {result.line}: {result.message}")


# --- actions


def _perform(context: _Context) -> tuple[tuple[ValType, ...], list[Result]]:
    """Do the command's action: types and values of the results."""
    action = context.command["action"]
    export = _find_export(context.state, action)
    if action["type"] == "get" and is_global(export):
        return (export.type.type,), [from_python(export.type.type, export.value)]
    if action["type"] == "invoke" and is_func(export):
        return export.type.results, invoke(export, action["args"])
    raise FailureError(f"the export {action['field']!r} is not for {action['type']}")


def _find_export(state: State, action: Action) -> object:
    exports = state.instance(action.get("module"))._instance.exports
    if action["field"] not in exports:
        raise FailureError(f"there is no export {action['field']!r}")
    return exports[action["field"]]


def _run_action(context: _Context) -> None:
    _perform(context)


def _assert_return(context: _Context) -> None:
    types, results = _perform(context)
    expected = context.command["expected"]
    pairs = zip(expected, types, results, strict=False)
    if len(expected) != len(results) or not all(matches(*triple) for triple in pairs):
        wanted = ", ".join(map(show_pattern, expected))
        raise FailureError(f"{_show_call(context)}: expected ({wanted}), got {show_results(types, results)}")


def _show_call(context: _Context) -> str:
    action = context.command["action"]
    return f"{action['field']}({', '.join(map(show_pattern, action.get('args', [])))})"


def _assert_trap(context: _Context) -> None:
    _expect(Trap, context.text, lambda: _perform(context))


def _assert_exhaustion(context: _Context) -> None:
    _expect(ExhaustionError, context.text, lambda: _perform(context))


def _assert_exception(context: _Context) -> None:
    try:
        _perform(context)
    except WasmException:
        return
    raise FailureError("expected an exception")


# --- modules that must be refused


def _assert_malformed(context: _Context) -> None:
    if context.command.get("module_type") != "text":
        _expect_refused(MalformedError, context)
    elif context.command["filename"] not in context.script.unreadable:
        raise FailureError(f"expected {context.text!r}, but wasm-tools reads the module")


def _assert_invalid(context: _Context) -> None:
    _expect_refused(InvalidError, context)


def _assert_invalid_custom(context: _Context) -> None:
    """What is wrong in a custom section makes no module invalid (spec 5.5.3): it must be accepted all the same."""
    Module.validate(context.state.engine, context.module_bytes())


def _expect_refused(error: type[WasmError], context: _Context) -> None:
    data = context.module_bytes()
    _expect(error, context.text, lambda: Module.validate(None, data))


def _assert_unlinkable(context: _Context) -> None:
    module = _compile(context)
    _expect(LinkError, context.text, lambda: context.state.instantiate(module))


def _assert_uninstantiable(context: _Context) -> None:
    module = _compile(context)
    _expect(Trap, context.text, lambda: context.state.instantiate(module))


def _expect(expected: type[WasmError], text: str, run: Callable[[], object]) -> None:
    """Check that `run` ends with that error and that message."""
    try:
        run()
    except UnsupportedError as error:
        raise NeededError(frozenset({error.feature})) from error
    except expected as error:
        if not same_message(text, getattr(error, "message", str(error))):
            raise FailureError(f"expected {text!r}, got {str(error)!r}") from error
    else:
        raise FailureError(f"expected {expected.__name__} {text!r}, but all went well")


def same_message(expected: str, actual: str) -> bool:
    """Whether one message begins with the other. What the reference interpreter adds on types is not compared."""
    if expected.startswith(_MISMATCH + ": "):
        expected = _MISMATCH
    return bool(actual) and (actual.startswith(expected) or expected.startswith(actual))


_MISMATCH = "type mismatch"

_HANDLERS: dict[str, Callable[[_Context], None]] = {
    "module": _run_module,
    "module_definition": _run_module_definition,
    "module_instance": _run_module_instance,
    "register": _run_register,
    "thread": _run_thread,
    "wait": _run_wait,
    "action": _run_action,
    "assert_return": _assert_return,
    "assert_trap": _assert_trap,
    "assert_exhaustion": _assert_exhaustion,
    "assert_exception": _assert_exception,
    "assert_malformed": _assert_malformed,
    "assert_malformed_custom": _assert_malformed,
    "assert_invalid": _assert_invalid,
    "assert_invalid_custom": _assert_invalid_custom,
    "assert_unlinkable": _assert_unlinkable,
    "assert_uninstantiable": _assert_uninstantiable,
}
