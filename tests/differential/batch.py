"""Compare engines on modules, in a process of its own: a crash is this process's end.

usage: batch.py [--modes=0guard,2explicit:x86-64] [--rounds=3] (smith|mutants|formulas|probes|loops FIRST COUNT
       | files PATH...)

Standard output has a line `start NAME MODE` before everything that might crash, a line `DIFFERENT NAME MODE: what` for
every difference, and at the end a line of JSON with figures.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from engines import WasmjitWorld, WasmtimeWorld, WrongWorld
from generating import generate, mutate
from observing import Play, Scene, differences, follow, perform, write_play
from writing import formulas, loops, probes

from wasmjit.api.wat import wat_to_wasm

GENERATORS: dict[str, Callable[[int], bytes | None]] = {
    "smith": generate,
    "formulas": lambda seed: wat_to_wasm(formulas(seed)),
    "probes": lambda seed: wat_to_wasm(probes(seed)),
    "mutants": lambda seed: mutate(generate(seed) if seed % 2 else wat_to_wasm(formulas(seed)), seed),
    "loops": lambda seed: wat_to_wasm(loops(seed)),
}
MODES = "0baseline,0exact,2auto,0guard,2guard,0explicit,2explicit,0interp"


def _say(text: str) -> None:
    print(text, flush=True)


def _modules(arguments: argparse.Namespace) -> Iterator[tuple[str, int, bytes]]:
    """Name, seed and bytes of each module."""
    if arguments.kind == "files":
        for path in arguments.items:
            data = Path(path).read_bytes()
            yield path, arguments.seed, wat_to_wasm(data) if path.endswith(".wat") else data
        return
    make = GENERATORS[arguments.kind]
    first, count = map(int, arguments.items)
    for seed in range(first, first + count):
        made = make(seed)
        if made is not None:
            yield f"{arguments.kind}{seed}", seed, made


def compare(name: str, play: Play, modes: list[str], figures: Counter[str]) -> None:
    """Perform a play by the reference, then in each mode, and say what differs."""
    _say(f"start {name} reference")
    scenes = perform(play, WasmtimeWorld)
    _count(scenes, figures)
    for mode in modes:
        _say(f"start {name} {mode}")
        difference = _first_difference(play, scenes, mode)
        if difference:
            figures["differences"] += 1
            _say(f"DIFFERENT {name} {mode}: {difference}")


def _first_difference(play: Play, scenes: list[Scene], mode: str) -> str:
    """`mode` is an optimisation level, how bounds are checked, and perhaps after a colon the name of a CPU.
    `0interp` is the interpreter, `0baseline` and `0exact` the baseline tier with both ways to check bounds, `2auto`
    begins there and replaces everything at its first call or iteration.

    Or it is `wrong`, an engine with faults, to see whether they are noticed.
    """
    way, _, cpu = ("0explicit" if mode == "wrong" else mode).partition(":")
    exact = way[1:] not in ("guard", "baseline")
    world_type = WrongWorld if mode == "wrong" else WasmjitWorld
    try:
        for scene in scenes:
            made = follow(play, scene, lambda modules: world_type(modules, way[0], way[1:], cpu or None))
            found = differences(scene, made, exact=exact)
            if found:
                return found
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _count(scenes: list[Scene], figures: Counter[str]) -> None:
    figures["modules"] += 1
    figures["worlds"] += len(scenes)
    for scene in scenes:
        figures["calls"] += len(scene.events) - 1
        figures[" ".join(map(str, scene.events[-1].outcome[:2])) if scene.events[-1].outcome[0] != "ok" else "ok"] += 1


def main() -> int:
    """Read the command line, compare, print figures; the exit status is 1 if anything differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--modes", default=MODES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="chooses arguments for files")
    parser.add_argument("kind", choices=(*GENERATORS, "files"))
    parser.add_argument("items", nargs="+")
    arguments = parser.parse_args()
    figures: Counter[str] = Counter()
    for name, seed, data in _modules(arguments):
        _say(f"start {name} play")
        play = write_play(data, seed, arguments.rounds)
        compare(name, play, arguments.modes.split(","), figures)
    _say(json.dumps(figures))
    return 1 if figures["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
