"""The official suite: every binary that it calls malformed is, for the reason that it gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from wasmjit import features
from wasmjit.binary import decode_body, decode_module
from wasmjit.errors import UnsupportedError, WasmError

SUITE = Path(os.environ.get("WASM_TESTSUITE") or Path(__file__).parents[3] / "shared" / "testsuite")
COMMAND = re.compile(rb"assert_malformed\s+\(module\s+binary")
SCRIPTS = [path for path in sorted(SUITE.glob("*.wast")) if COMMAND.search(path.read_bytes())]


def malformed_binaries(wasm_tools: Path, script: Path, folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Place, expected message and bytes of each command."""
    output = folder / "commands.json"
    subprocess.run([wasm_tools, "json-from-wast", script, "-o", output, "--wasm-dir", folder], check=True)
    for command in json.loads(output.read_text())["commands"]:
        if command["type"] == "assert_malformed" and command["module_type"] == "binary":
            yield f"line {command['line']}", command["text"], (folder / command["filename"]).read_bytes()


def outcome(data: bytes) -> WasmError | None:
    try:
        module = decode_module(data)
        for index in range(len(module.codes)):
            decode_body(module, module.num_imported_funcs + index)
    except WasmError as error:
        return error
    return None


@pytest.mark.skipif(not SCRIPTS, reason=f"the official suite is not at {SUITE}: set WASM_TESTSUITE")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_malformed_binaries(script, wasm_tools, tmp_path):
    wrong, lacking, checked = [], set(), 0
    for place, text, data in malformed_binaries(wasm_tools, script, tmp_path):
        error = outcome(data)
        if isinstance(error, UnsupportedError):
            lacking.add(error.feature)
            continue
        checked += 1
        if not str(error).startswith(text):
            wrong.append(f"{place}: {text!r}, but {error!r}")
    assert not wrong, "\n".join(wrong)
    assert not lacking & features.SUPPORTED
    if not checked:
        pytest.skip(f"all of them need {', '.join(sorted(lacking))}")
