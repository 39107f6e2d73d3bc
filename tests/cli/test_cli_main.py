import pytest

import wasmjit


def test_version(cli_process):
    result = cli_process("--version")
    assert (result.returncode, result.stdout) == (0, f"wasmjit {wasmjit.__version__}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_the_commands(cli, option):
    result = cli(option)
    assert result.returncode == 0
    for name in ("run", "validate", "inspect", "compile", "wast"):
        assert f"\n  {name} " in result.stdout


@pytest.mark.parametrize("command", ["run", "validate", "inspect", "compile", "wast"])
def test_every_command_has_help_with_an_example(cli, command):
    result = cli(command, "-h")
    assert result.returncode == 0
    assert f"    wasmjit {command} " in result.stdout


def test_commands_have_help_and_examples():
    from importlib import import_module

    from wasmjit.cli.commands import _COMMANDS

    for name, (module, _) in _COMMANDS.items():
        command = import_module(module).command
        assert command.name == name
        assert command.help
        assert command.epilog


@pytest.mark.parametrize("args", [("nonsense",), ("run",), ("run", "--nonsense"), ("run", "--opt", "9", "x.wasm")])
def test_usage_errors(cli, args):
    result = cli(*args)
    assert result.returncode == 2
    assert "Usage:" in result.stderr


def test_output_to_a_closed_pipe_is_no_error(cli, tmp_path):
    import subprocess
    import sys

    module = tmp_path / "m.wasm"
    module.write_bytes(b"\0asm\1\0\0\0")
    process = subprocess.Popen(
        f"sleep 0.5; {sys.executable} -m wasmjit inspect {module}",
        shell=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(60)
