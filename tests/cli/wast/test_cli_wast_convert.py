from pathlib import Path

import pytest

from wasmjit.api.wat import wasm_tools
from wasmjit.cli.wast.convert import Script, convert
from wasmjit.errors import MalformedError


@pytest.fixture(autouse=True)
def tools() -> None:
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))


def convert_text(text: str, folder: Path) -> Script:
    path = folder / "script.wast"
    path.write_text(text)
    out = folder / "out"
    out.mkdir()
    return convert(path, out)


def test_commands_and_modules(tmp_path: Path) -> None:
    script = convert_text('(module $m (func (export "f")))\n(assert_return (invoke $m "f"))', tmp_path)
    module, call = script.commands
    assert (module["type"], module["line"], module["name"]) == ("module", 1, "m")
    file = script.module_file(module)
    assert file is not None
    assert file.read_bytes()[:4] == b"\0asm"
    assert call["action"] == {"type": "invoke", "module": "m", "field": "f", "args": []}
    assert script.unreadable == frozenset()


def test_text_that_parses_and_text_that_does_not(tmp_path: Path) -> None:
    lines = [
        '(assert_malformed (module quote "(func)") "x")',
        '(assert_malformed (module quote "(funk)") "x")',
        '(assert_malformed (module quote "(func (result i32))") "x")',  # invalid, but it parses
        '(assert_malformed (module quote "\\ff") "x")',
        '(assert_malformed (module quote "(data \\"\\\\\\")") "x")',
        '(assert_malformed (module quote "(;") "x")',
        '(assert_malformed (module binary "\\00asm") "x")',
    ]
    script = convert_text("\n".join(lines), tmp_path)
    unreadable = [command["line"] for command in script.commands if command["filename"] in script.unreadable]
    assert unreadable == [2, 4, 5, 6]


def test_module_file_of_text(tmp_path: Path) -> None:
    script = convert_text('(module quote "(func)")\n(module quote "(funk)")', tmp_path)
    good, bad = (script.module_file(command) for command in script.commands)
    assert good is not None
    assert good.suffix == ".wasm"
    assert bad is None


def test_a_script_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match=r"unexpected token.* \(line 2, column 2\)"):
        convert_text("(module)\n(nonsense)", tmp_path)
