import leb128

from wasmjit.cli.summary import summarise, summary_lines


def section(id: int, *items: bytes) -> bytes:
    content = leb128.u.encode(len(items)) + b"".join(items)
    return bytes([id]) + leb128.u.encode(len(content)) + content


MODULE = b"".join(
    [
        b"\0asm\1\0\0\0",
        section(1, b"\x60\1\x7f\1\x7f"),
        section(2, b"\3env\1f\0\0"),
        section(3, b"\0"),
        section(5, b"\1\1\2"),
        section(7, b"\2id\0\1"),
        section(10, b"\4\0\x20\0\x0b"),
        b"\0\x07\4note" + b"hi",
    ]
)


def test_summary() -> None:
    summary = summarise(MODULE)
    assert summary["size"] == len(MODULE)
    assert [s["name"] for s in summary["sections"]] == [
        "type", "import", "function", "memory", "export", "code", "custom 'note'",
    ]  # fmt: skip
    assert sum(s["size"] + 2 for s in summary["sections"]) == len(MODULE) - 8
    assert summary["sections"][0] == {"name": "type", "offset": 8, "size": 6, "items": 1}
    assert summary["imports"] == [{"module": "env", "name": "f", "type": "func [i32] -> [i32]"}]
    assert summary["exports"] == [{"module": None, "name": "id", "type": "func [i32] -> [i32]"}]
    assert summary["memories"] == ["memory 1 2"]
    assert summary["counts"]["functions"] == summary["counts"]["imported functions"] == 1
    assert summary["code_bytes"] == summary["largest_body"] == 4
    assert summary["features"] == []


def test_start_section_has_no_items() -> None:
    code = section(1, b"\x60\0\0") + section(3, b"\0") + b"\x08\1\0" + section(10, b"\2\0\x0b")
    (start,) = (s for s in summarise(b"\0asm\1\0\0\0" + code)["sections"] if s["name"] == "start")
    assert start["items"] is None


def test_lines() -> None:
    lines = list(summary_lines(summarise(MODULE)))
    assert lines[0] == f"module, {len(MODULE)} bytes"
    assert "  env.f: func [i32] -> [i32]" in lines
    assert "  id: func [i32] -> [i32]" in lines
    assert lines[-1] == "features: none beyond the first version of the language"
    assert "nothing" in "\n".join(summary_lines(summarise(b"\0asm\1\0\0\0")))
