"""References in bodies: locals without a value, what dead code knows, and labels of casts."""

from __future__ import annotations

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.errors import InvalidError
from wasmjit.validate import validate_all

TYPES = "(type $s (struct)) (type $f (func)) (global $g (ref $s) (struct.new $s))"
USE, SET = "(drop (local.get 0))", "(local.set 0 (global.get $g))"


def check(body: str, locals: str = "(local (ref $s))") -> None:
    validate_all(decode_module(wat_to_wasm(f"(module {TYPES} (func {locals} {body}))")))


@pytest.mark.parametrize(
    "body",
    [
        f"{SET} {USE}",
        f"{SET} (block {USE})",
        f"(block {SET} {USE})",
        f"(drop (local.tee 0 (global.get $g))) {USE}",
        f"(if (i32.const 1) (then {SET} {USE}) (else {SET} {USE}))",
        f"{SET} (loop {USE} {SET})",
    ],
)
def test_set_locals(body: str) -> None:
    check(body)


@pytest.mark.parametrize(
    "body",
    [
        USE,
        f"(block {SET}) {USE}",
        f"(if (i32.const 1) (then {SET}) (else {SET})) {USE}",
        f"(if (i32.const 1) (then {SET}) (else {USE}))",
        f"(loop {SET}) {USE}",
        f"(unreachable) {USE}",
    ],
)
def test_unset_locals(body: str) -> None:
    with pytest.raises(InvalidError, match="uninitialized local 0"):
        check(body)


@pytest.mark.parametrize(
    "body",
    [
        "(unreachable) (ref.as_non_null) (drop)",
        "(unreachable) (call_ref $f)",
        "(unreachable) (br_on_null 0) (drop)",
        "(unreachable) (any.convert_extern) (drop)",
        "(block (result (ref $s)) (unreachable) (br_on_non_null 0) (unreachable)) (drop)",
    ],
)
def test_dead_code(body: str) -> None:
    check(body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("(unreachable) (ref.as_non_null) (f32.abs) (drop)", "type mismatch"),
        ("(br_on_non_null 0 (ref.null $s))", "must take a reference"),
        ("(ref.cast (ref $s) (ref.null func)) (drop)", "type mismatch"),
        ("(block (result anyref) (br_on_cast 0 eqref anyref (ref.null eq))) (drop)", "a cast from eqref to anyref"),
        ("(call_ref $s (ref.null $s))", "not a function type"),
        ("(struct.get $f 0 (ref.null $s)) (drop)", "not a structure type"),
        ("(drop (array.len (ref.null $s)))", "type mismatch"),
    ],
)
def test_invalid(body: str, message: str) -> None:
    with pytest.raises(InvalidError, match=message):
        check(body)
