import json

import pytest

GOOD = '(module (func (export "f") (result i32) (i32.const 1)))\n(assert_return (invoke "f") (i32.const 1))\n'
BAD = GOOD + '(assert_return (invoke "f") (i32.const 2))\n'
NEEDS = GOOD + '(module (type $t (func)) (type (cont $t)))\n(invoke "f")\n'


@pytest.fixture
def scripts(text_file):
    for name, text in (("good.wast", GOOD), ("bad.wast", BAD), ("needs.wast", NEEDS), ("wrong.wast", "(nonsense)")):
        text_file(text, name)


def test_success(cli, scripts):
    result = cli("wast", "--opt", "0", "good.wast", "needs.wast")
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "good.wast: passed 2 failed 0 skipped 0",
        "needs.wast: passed 2 failed 0 skipped 2 (needs: stack-switching)",
        "needs stack-switching: needs.wast",
        "passed 4 failed 0 skipped 2",
    ]


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_failure(cli, scripts, checks):
    result = cli("wast", "--opt", "0", "--bounds-checks", checks, "--tier", "optimized", "bad.wast", "good.wast")
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "bad.wast:3: assert_return failed: f(): expected (i32 2), got (i32 1)",
        "bad.wast: passed 2 failed 1 skipped 0",
        "good.wast: passed 2 failed 0 skipped 0",
        "passed 4 failed 1 skipped 0",
    ]


def test_a_script_that_can_not_be_read_is_a_failure(cli, scripts):
    result = cli("wast", "wrong.wast", "good.wast")
    assert result.returncode == 1
    assert "wrong.wast: failed: it can't be converted: expected valid module field (line 1, column 2)" in result.stdout
    assert result.stdout.endswith("passed 2 failed 1 skipped 0\n")


def test_folder_and_json(cli, scripts, tmp_path):
    result = cli("wast", "--opt", "0", "--json", tmp_path)
    assert result.returncode == 1
    data = json.loads(result.stdout)
    assert [file["file"].rpartition("/")[2] for file in data["files"]] == [
        "bad.wast", "good.wast", "needs.wast", "wrong.wast",
    ]  # fmt: skip
    assert (data["passed"], data["failed"], data["skipped"]) == (6, 2, 2)


def test_verbose(cli, scripts):
    assert "good.wast:2: assert_return passed" in cli("wast", "-v", "good.wast").stdout


def test_missing_file(cli, scripts):
    result = cli("wast", "missing.wast")
    assert (result.returncode, result.stderr) == (1, "wasmjit: error: missing.wast: No such file or directory\n")
