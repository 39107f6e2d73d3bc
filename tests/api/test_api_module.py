import multiprocessing
import pickle
from pathlib import Path

import pytest

from wasmjit import (
    EXTERNREF,
    I32,
    ArtifactError,
    Engine,
    ExportType,
    FuncType,
    GlobalType,
    ImportType,
    Instance,
    InvalidError,
    Limits,
    MalformedError,
    MemType,
    Module,
    Store,
    TableType,
    UnsupportedError,
)
from wasmjit.api.wat import wat_to_wasm

TEXT = """
(module $calc
  (import "env" "log" (func (param i32)))
  (import "env" "table" (table 1 2 externref))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (memory (export "memory") 1 2)
  (global (export "g") (mut i32) (i32.const 0)))
"""


def test_imports_and_exports(engine: Engine) -> None:
    module = Module(engine, TEXT)
    assert module.imports == (
        ImportType("env", "log", FuncType(["i32"])),
        ImportType("env", "table", TableType(Limits(1, 2), EXTERNREF)),
    )
    assert module.exports == (
        ExportType("add", FuncType(["i32", "i32"], ["i32"])),
        ExportType("memory", MemType(Limits(1, 2))),
        ExportType("g", GlobalType(I32, True)),
    )
    assert str(module.imports[0]) == "env.log: func [i32] -> []"
    assert str(module.exports[1]) == "memory: memory 1 2"


def test_name_and_repr(engine: Engine) -> None:
    module = Module(engine, TEXT)
    assert module.name == "calc"
    assert repr(module) == "<Module 'calc': 2 imports, 3 exports>"
    assert Module(engine, b"\0asm\1\0\0\0").name is None


def test_sources(engine: Engine, tmp_path: Path) -> None:
    binary = wat_to_wasm(TEXT)
    (tmp_path / "m.wasm").write_bytes(binary)
    (tmp_path / "m.wat").write_text(TEXT)
    for source in (binary, bytearray(binary), memoryview(binary), tmp_path / "m.wasm", str(tmp_path / "m.wat"), TEXT):
        assert len(Module(engine, source).exports) == 3


def test_custom_sections(engine: Engine) -> None:
    binary = b"\0asm\1\0\0\0" + b"\0\x04\1aXY" + b"\0\x03\1bZ" + b"\0\x02\1a"
    sections = Module(engine, binary).custom_sections
    assert dict(sections) == {"a": [b"XY", b""], "b": [b"Z"]}
    assert "a" in sections
    assert "c" not in sections
    with pytest.raises(KeyError):
        sections["c"]


def test_progress(engine: Engine) -> None:
    seen: list[tuple[int, int]] = []
    Module(Engine(engine.config, compilation="eager"), TEXT, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0


CONTINUATION = b"\0asm\1\0\0\0\1\3\1\x5d\0"


def test_errors(engine: Engine) -> None:
    with pytest.raises(MalformedError, match="magic header not detected"):
        Module(engine, b"nonsense")
    with pytest.raises(InvalidError, match="type mismatch"):
        Module(Engine(engine.config, validation="eager"), "(module (func (result i32)))")
    with pytest.raises(InvalidError, match="type mismatch"):
        Module(Engine(engine.config, compilation="eager"), "(module (func (result i32)))")
    with pytest.raises(InvalidError, match="unknown function"):
        Module(engine, '(module (export "f" (func 3)))')
    with pytest.raises(UnsupportedError, match="stack-switching"):
        Module(engine, CONTINUATION)
    with pytest.raises(FileNotFoundError):
        Module(engine, "missing.wasm")
    with pytest.raises(TypeError, match="must be an Engine"):
        Module(wat_to_wasm(TEXT), TEXT)  # type: ignore[arg-type]


def test_validate(engine: Engine) -> None:
    assert Module.validate(None, TEXT) is None  # type: ignore[func-returns-value]
    Module.validate(engine, wat_to_wasm(TEXT))
    with pytest.raises(InvalidError, match="type mismatch") as caught:
        Module.validate(None, "(module (func) (func (result i32)))")
    assert caught.value.funcidx == 1
    with pytest.raises(MalformedError):
        Module.validate(None, b"\0asm")


def test_broken_artifact(engine: Engine) -> None:
    with pytest.raises(ArtifactError, match="damaged"):
        Module(engine, b"\0wasmjit and then nothing")


def test_a_serialized_module_comes_back(engine: Engine, tmp_path: Path) -> None:
    module = Module(engine, TEXT)
    data = module.serialize()
    (tmp_path / "m.wjit").write_bytes(data)
    for source in (data, tmp_path / "m.wjit", str(tmp_path / "m.wjit")):
        again = Module.deserialize(engine, source)
        assert again.exports == module.exports
        assert again.serialize() == data
    for wrong in (wat_to_wasm(TEXT), b"", data[:-1]):
        with pytest.raises(ArtifactError):
            Module.deserialize(engine, wrong)


def test_modules_are_pickled(engine: Engine) -> None:
    module = Module(engine, '(module (func (export "f") (result i32) (i32.const 7)))')
    again = pickle.loads(pickle.dumps(module))
    assert again._native is module._native  # this process has it
    compiled = Module.deserialize(engine, module.serialize())
    assert pickle.loads(pickle.dumps(compiled)).serialize() == compiled.serialize()
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        assert pool.map(call_f, [module, compiled]) == [7, 7]


def call_f(module: Module) -> int:
    result: int = Instance(Store(module.engine), module).f()
    return result
