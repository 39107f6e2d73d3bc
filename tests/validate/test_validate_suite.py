"""Every module of the official suite: `assert_invalid` ones are refused with the message asserted, others are valid."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from wasmjit import features
from wasmjit.binary import decode_module
from wasmjit.errors import InvalidError, UnsupportedError, WasmError
from wasmjit.validate import validate_all

ROOT = Path(__file__).parents[2]
SUITE = Path(os.environ.get("WASM_TESTSUITE", ROOT / ".." / "shared" / "testsuite"))
SCRIPTS = sorted(SUITE.glob("*.wast"))

VALID = {"module", "module_definition", "assert_unlinkable", "assert_uninstantiable"}


def _commands(wasm_tools: Path, script: Path, folder: Path) -> Iterator[dict]:
    target = folder / f"{script.stem}.json"
    subprocess.run([wasm_tools, "json-from-wast", script, "-o", target, "--wasm-dir", folder], check=True)
    yield from json.loads(target.read_text())["commands"]


def _binary(wasm_tools: Path, command: dict, folder: Path) -> bytes:
    name = command.get("binary_filename", command["filename"])
    if command.get("module_type") != "text":
        return (folder / name).read_bytes()
    # Quoted text: wasm-tools turns it into a binary without validating it.
    return subprocess.run([wasm_tools, "parse", folder / name], check=True, capture_output=True).stdout


def _outcome(binary: bytes) -> WasmError | None:
    try:
        validate_all(decode_module(binary))
    except WasmError as error:
        return error
    return None


def _is_right(command: dict, outcome: WasmError | None) -> bool:
    if command["type"] in VALID:
        return outcome is None
    return isinstance(outcome, InvalidError) and outcome.message.startswith(command["text"])


@pytest.mark.skipif(not SCRIPTS, reason=f"the official suite is not at {SUITE}: set WASM_TESTSUITE")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_modules(script, tmp_path, wasm_tools):
    wrong, checked, lacking = [], 0, set()
    for command in _commands(wasm_tools, script, tmp_path):
        if command["type"] not in VALID | {"assert_invalid"}:
            continue
        outcome = _outcome(_binary(wasm_tools, command, tmp_path))
        if isinstance(outcome, UnsupportedError):
            lacking.add(outcome.feature)
            continue
        checked += 1
        if not _is_right(command, outcome):
            wrong.append(f"line {command['line']}: {command['type']} {command.get('text', '')!r}, but {outcome!r}")
    assert not wrong, "\n".join(wrong)
    assert not lacking & features.SUPPORTED
    if not checked and lacking:
        pytest.skip(f"all modules need {', '.join(sorted(lacking))}")
