def test_each_file_has_its_line(cli, text_file):
    text_file("(module)", "good.wat")
    text_file("(module (func (result i32)))", "bad.wat")
    text_file("(module", "broken.wat")
    result = cli("validate", "good.wat", "bad.wat", "missing.wasm", "broken.wat", "good.wat")
    assert result.returncode == 1
    assert result.stderr == ""
    first, bad, missing, broken, last = result.stdout.splitlines()
    assert first == last == "good.wat: ok"
    assert bad.startswith("bad.wat: type mismatch")
    assert "in function 0" in bad
    assert missing == "missing.wasm: No such file or directory"
    assert broken.startswith("broken.wat: expected")


def test_success(cli, tmp_path):
    (tmp_path / "m.wasm").write_bytes(b"\0asm\1\0\0\0")
    result = cli("validate", "m.wasm")
    assert (result.returncode, result.stdout) == (0, "m.wasm: ok\n")


def test_standard_input(cli_process):
    result = cli_process("validate", "-", input=b"\0asm\2\0\0\0", text=False)
    assert (result.returncode, result.stdout) == (1, b"-: unknown binary version (at offset 0x4)\n")


def test_debug(cli_process, tmp_path):
    (tmp_path / "m.wasm").write_bytes(b"nonsense")
    result = cli_process("validate", "--debug", "m.wasm")
    assert "Traceback" in result.stderr
    assert "MalformedError" in result.stderr


def test_features_that_are_switched_off(cli, text_file):
    text_file("(module (func (local v128)))", "a.wat")
    assert cli("validate", "a.wat").stdout == "a.wat: ok\n"
    result = cli("validate", "--features=-simd", "a.wat")
    assert (result.returncode, result.stdout) == (1, "a.wat: unsupported feature: simd\n")
    result = cli("validate", "--features=simt", "a.wat")
    assert result.returncode == 2
    assert "there is no feature 'simt'" in result.stderr
