"""A picture of times: horizontal bars, as SVG written here, or as PNG by the package cairosvg (`wasmjit[plot]`)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

_BAR, _GAP, _LEFT, _WIDTH, _RIGHT, _TOP = 18, 8, 170, 420, 110, 44
_COLOURS = ("#3b6ea8", "#c8803a", "#5a9a5a", "#a04f6f", "#7a6fb0", "#8a8a8a")
_FONT = 'font-family="sans-serif" font-size="12"'


class Bar(NamedTuple):
    """A bar: its label, its length, what is written behind it, and the number of its colour."""

    label: str
    value: float
    text: str
    colour: int = 0


def svg(title: str, bars: Sequence[Bar], note: str = "") -> str:
    """The picture. Bars are as long as their values, the longest as wide as there is room."""
    longest = max((bar.value for bar in bars), default=1.0) or 1.0
    height = _TOP + len(bars) * (_BAR + _GAP) + 24
    width = _LEFT + _WIDTH + _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="10" y="22" font-family="sans-serif" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for i, bar in enumerate(bars):
        y = _TOP + i * (_BAR + _GAP)
        length = max(_WIDTH * bar.value / longest, 1.0)
        colour = _COLOURS[bar.colour % len(_COLOURS)]
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end" {_FONT}>{escape(bar.label)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>',
            f'<text x="{_LEFT + length + 6:.1f}" y="{y + 13}" {_FONT}>{escape(bar.text)}</text>',
        ]
    parts.append(f'<text x="10" y="{height - 8}" fill="#666666" {_FONT}>{escape(note)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def write_picture(path: Path, picture: str) -> None:
    """Save an SVG under a name that ends in .svg, or as PNG under one in .png.

    Raises ValueError for another name, ImportError if PNG needs a package that is not there.
    """
    if path.suffix == ".svg":
        path.write_text(picture, encoding="utf-8")
    elif path.suffix == ".png":
        path.write_bytes(_png(picture))
    else:
        raise ValueError(f"{path}: a plot is .svg or .png")


def _png(picture: str) -> bytes:
    try:
        import cairosvg
    except (ImportError, OSError) as error:  # OSError: the package is there, but not the library that it is for
        raise ImportError("PNG needs cairosvg: pip install wasmjit[plot]; or plot to .svg") from error
    data: bytes = cairosvg.svg2png(bytestring=picture.encode(), scale=2)
    return data
