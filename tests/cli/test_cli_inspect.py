import json

import pytest

TEXT = """(module $calc
  (import "env" "log" (func $log (param i32)))
  (func $helper (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func (export "triple") (param i32) (result i32) (call $log (i32.const 1)) (call $helper (local.get 0)))
  (memory (export "memory") 1 2))"""


@pytest.fixture
def module(text_file):
    return text_file(TEXT)


def test_overview(cli, module):
    result = cli("inspect", module)
    assert result.returncode == 0
    assert "module 'calc'" in result.stdout
    assert "  env.log: func [i32] -> []" in result.stdout
    assert "  triple: func [i32] -> [i32]" in result.stdout
    assert "memory 1 2" in result.stdout


def test_json(cli, module):
    summary = json.loads(cli("inspect", "--json", module).stdout)
    assert summary["name"] == "calc"
    assert summary["counts"]["functions"] == 2
    assert {"module": None, "name": "memory", "type": "memory 1 2"} in summary["exports"]


def test_wat(cli, module):
    result = cli("inspect", "--wat", module)
    assert result.stdout.startswith("(module $calc")
    assert 'export "triple"' in result.stdout


@pytest.mark.parametrize("name", ["1", "helper", "$helper"])
def test_ir_of_a_function(cli, module, name):
    result = cli("inspect", "--ir", name, module)
    assert result.returncode == 0
    assert "define tailcc i32 @f1(" in result.stdout
    assert "mul i32" in result.stdout


def test_asm_by_export(cli, module):
    result = cli("inspect", "--asm", "triple", "--opt", "2", module)
    assert result.returncode == 0
    assert "f2:" in result.stdout
    assert "ret" in result.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope", "there is no function nope"),
        ("99", "there is no function 99"),
        ("0", "function 0 is an import"),
        ("log", "function log is an import"),
        ("memory", "there is no function memory"),
    ],
)
def test_functions_that_are_not_there(cli, module, name, message):
    result = cli("inspect", "--ir", name, "m.wat")
    assert result.returncode == 1
    assert result.stderr.startswith(f"wasmjit: error: m.wat: {message}")
    assert result.stderr.count("\n") == 1


def test_errors_are_one_line(cli, tmp_path):
    (tmp_path / "m.wasm").write_bytes(b"\0asm\1\0\0\0\1\1")
    result = cli("inspect", "m.wasm")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("wasmjit: error: m.wasm: ")
    assert result.stderr.count("\n") == 1
