import platform

import pytest

TEXT = """(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (memory 1)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"""


@pytest.fixture
def module(text_file):
    return text_file(TEXT)


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_compile_and_run(cli, module, tmp_path, checks):
    result = cli("compile", "--opt", "1", "--bounds-checks", checks, module, "-o", "out.wjit")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    module.unlink()
    assert cli("run", "--invoke", "add", "out.wjit", "3", "-4").stdout == "-1\n"
    trap = cli("run", "--invoke", "load", "out.wjit", "-1")
    assert trap.returncode == 134
    assert "out of bounds memory access" in trap.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.wjit"]


def test_inspect_looks_inside(cli, module):
    cli("compile", module, "-o", "out.wjit")
    assert "add: func [i32 i32] -> [i32]" in cli("inspect", "out.wjit").stdout


def test_jobs(cli_process, cli, module):
    assert cli_process("compile", "--jobs", "2", module, "-o", "out.wjit").returncode == 0
    assert cli("run", "--invoke", "add", "out.wjit", "1", "2").stdout == "3\n"


def test_an_invalid_module_leaves_no_file(cli, text_file, tmp_path):
    text_file("(module (func (result i32)))")
    result = cli("compile", "m.wat", "-o", "out.wjit")
    assert result.returncode == 1
    assert result.stderr.startswith("wasmjit: error: m.wat: type mismatch")
    assert not (tmp_path / "out.wjit").exists()


def test_damaged_files(cli, module, tmp_path):
    cli("compile", module, "-o", "out.wjit")
    whole = (tmp_path / "out.wjit").read_bytes()
    for data in (whole[:100], whole[:-1], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], whole[:8]):
        (tmp_path / "bad.wjit").write_bytes(data)
        result = cli("run", "--invoke", "add", "bad.wjit", "1", "2")
        assert result.returncode == 1
        assert result.stderr == "wasmjit: error: bad.wjit: the compiled file is damaged; compile the module again\n"


def test_another_kind_of_machine(cli, module, tmp_path):
    from wasmjit.compile.artifact import read_artifact

    here = platform.machine()
    other = "x86_64" if here == "aarch64" else "aarch64"
    result = cli("compile", "--target", f"{other}-linux", module, "-o", "out.wjit")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    compiled = read_artifact((tmp_path / "out.wjit").read_bytes()).compiled
    assert compiled.triple.startswith(f"{other}-")
    assert cli("run", "--invoke", "add", "out.wjit", "1", "2").stderr == (
        f"wasmjit: error: out.wjit: the compiled file is for {other}, this machine is {here}\n"
    )
    cli("compile", "--target", f"{here}-linux", module, "-o", "out.wjit")
    assert cli("run", "--invoke", "add", "out.wjit", "1", "2").stdout == "3\n"
    unknown = cli("compile", "--target", f"{other}-linux", "--target-cpu", "zx81", module, "-o", "out.wjit")
    assert unknown.returncode and "unknown target CPU 'zx81'" in unknown.stderr


def test_another_cpu(cli, module, tmp_path):
    from dataclasses import replace

    from wasmjit.compile.artifact import read_artifact, write_artifact

    cli("compile", module, "-o", "out.wjit")
    artifact = read_artifact((tmp_path / "out.wjit").read_bytes())
    for change, message in (
        (
            {"features": (*artifact.compiled.features, "warp"), "cpu": "enterprise"},
            "CPU enterprise; this one lacks warp",
        ),
        ({"triple": "riscv64-unknown-linux"}, "the compiled file is for riscv64, this machine is"),
    ):
        other = write_artifact(artifact.module, replace(artifact.compiled, machine="", **change))
        (tmp_path / "other.wjit").write_bytes(other)
        result = cli("run", "--invoke", "add", "other.wjit", "1", "2")
        assert result.returncode == 1
        assert message in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("m.wat", "-o", "no/such/out"), "no/such/out: No such file or directory"),
        (("missing.wasm", "-o", "out"), "missing.wasm: No such file or directory"),
        (("--target-cpu", "nonsense", "m.wat", "-o", "out"), "m.wat: unknown target CPU 'nonsense'"),
    ],
)
def test_errors(cli, module, args, message):
    result = cli("compile", *args)
    assert (result.returncode, result.stderr) == (1, f"wasmjit: error: {message}\n")


def test_compiling_twice(cli, module):
    cli("compile", module, "-o", "out.wjit")
    assert "out.wjit: is compiled already" in cli("compile", "out.wjit", "-o", "again.wjit").stderr
