"""Platforms: which are known, and whether guard pages can be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from wasmjit.compile.platform import current_platform, linux_aarch64, linux_x86_64, supports_guard_pages
from wasmjit.errors import UnsupportedError


def test_this_machine_is_known() -> None:
    assert current_platform() in (linux_x86_64.PLATFORM, linux_aarch64.PLATFORM)
    assert supports_guard_pages()


def test_other_systems_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    current_platform.cache_clear()
    monkeypatch.setattr(sys, "platform", "plan9")
    try:
        assert not supports_guard_pages()
        with pytest.raises(UnsupportedError, match="plan9"):
            current_platform()
    finally:
        current_platform.cache_clear()


def test_no_guard_pages_where_address_space_is_limited(run_script: Callable[..., Any]) -> None:
    done = run_script(
        "from wasmjit.compile.platform import supports_guard_pages\nprint(supports_guard_pages())\n"
        "resource.setrlimit(resource.RLIMIT_AS, (64 << 30, 64 << 30))\nprint(supports_guard_pages())"
    )
    assert done.stdout.split() == ["True", "False"]


def test_structures_hold_together() -> None:
    """Fields lie inside their structures; jmp_bufs keep the activation record aligned."""
    for platform in (linux_x86_64.PLATFORM, linux_aarch64.PLATFORM):
        numbers = [getattr(platform, field.name) for field in fields(platform) if field.type == "int"]
        assert all(number >= 0 for number in numbers)
        assert platform.jmp_buf_bytes % 16 == 0
        assert platform.action_mask + platform.mask_bytes <= platform.action_flags < platform.action_bytes
