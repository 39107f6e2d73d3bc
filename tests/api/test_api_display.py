"""What interactive tools show: completions, short texts, and tables in notebooks."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from wasmjit import Engine, Instance, Module, Store

TEXT = """(module $<b>
    (import "env" "f&g" (func (param i32)))
    (memory (export "memory") 1)
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "odd name")) (func (export "<script>")))"""


class Balance(HTMLParser):
    """Checks that elements end in the order in which they began."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "td":
            self.rows[-1].append(data)


def read(html: str) -> list[list[str]]:
    """The cells of all rows."""
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return [row for row in parser.rows if row]


@pytest.fixture
def module(engine: Engine) -> Module:
    return Module(engine, TEXT)


@pytest.fixture
def instance(module: Module) -> Instance:
    return Instance(Store(module.engine), module, [lambda value: None])


def test_modules_in_a_notebook(module: Module) -> None:
    html = module._repr_html_()
    rows = read(html)
    assert ["env", "f&g", "func [i32] -> []"] in rows
    assert ["add", "func [i32 i32] -> [i32]"] in rows
    assert ["<script>", "func [] -> []"] in rows
    assert [row[0] for row in rows if row[1].startswith("0x")][-2:] == ["code", "custom 'name'"]
    assert "<script>" not in html


def test_a_module_with_many_exports(engine: Engine) -> None:
    exports = " ".join(f'(export "f{i}" (func 0))' for i in range(150))
    module = Module(engine, f"(module (func) {exports})")
    html = module._repr_html_()
    assert "Exports: 150" in html
    assert "and 50 more" in html
    assert len(read(html)) == 100 + 4
    shown = repr(Instance(Store(engine), module, []).exports).splitlines()
    assert shown[-2:] == ["  ... 130 more", "}>"]


def test_instances_in_a_notebook(instance: Instance) -> None:
    assert [row[0] for row in read(instance._repr_html_())] == ["memory", "add", "odd name", "<script>"]


def test_completions(instance: Instance) -> None:
    assert {"add", "memory"} < set(dir(instance)) & set(dir(instance.exports))
    assert "odd name" not in dir(instance.exports)
    assert instance._ipython_key_completions_() == ["memory", "add", "odd name", "<script>"]
    assert instance.exports._ipython_key_completions_() == ["memory", "add", "odd name", "<script>"]


def test_exports_as_attributes(instance: Instance) -> None:
    assert instance.exports.add(1, 2) == 3
    with pytest.raises(AttributeError, match="no export 'subtract'"):
        _ = instance.exports.subtract


def test_texts(instance: Instance) -> None:
    lines = repr(instance.exports).splitlines()
    assert lines[2] == "  'add': <Func add [i32 i32] -> [i32]>,"
    assert len(lines) == 6
