"""A play, performed by the reference first: worlds are made, functions called, and what can be seen is written down.

A world ends with its first call that does not return; the next call gets a new one. So what another engine
leaves behind a trap, where guard pages are allowed to differ, never reaches a later call.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engines import EXHAUSTED, Log, Outcome, World
from generating import environment
from lens import Lens, bits_types, make_lens

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module

NAMES = ("env", "module", "lens", "env lens")
_EDGES = {
    "i32": (
        0, 1, -1, 2, 8, 31, 32, 255, 1000, 4096, 65000, 65535, 65536, 196607, -16, -100, 0x7FFFFFFF, -0x80000000,
        0x3F800000, 0x7FC00000, -0x800000,
    ),
    "i64": (
        0, 1, -1, 63, 64, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 62, -(1 << 63), (1 << 63) - 1,
        0x3FF0000000000000, 0x7FF8000000000000, -0x10000000000000, 0x41DFFFFFFFC00000, 0x43E0000000000000,
    ),
    "externref": (None, "object", "another"),
}  # fmt: skip


@dataclass
class Event:
    """One step: what was done, how it came out, what host functions saw, and the state after the world's last step."""

    what: str
    args: Sequence[Any]
    outcome: Outcome
    log: Log
    state: dict[str, Any] | None = None


@dataclass
class Scene:
    """One world: making it, then calls until one does not return. `finished` unless the reference trapped."""

    events: list[Event] = field(default_factory=list)


@dataclass
class Play:
    """The modules by name, how to look at their state, and all calls to make: lens function and arguments."""

    modules: dict[str, bytes]
    lens: Lens
    env_lens: Lens
    calls: list[tuple[str, list[Any]]]


def write_play(module: bytes, seed: int, rounds: int) -> Play:
    """What to do with a module: each function `rounds` times with arguments that the seed chooses."""
    lens = make_lens(decode_module(module), "module")
    env_lens = make_lens(decode_module(environment()), "env")
    texts = module, wat_to_wasm(lens.text), wat_to_wasm(env_lens.text)
    modules = dict(zip(NAMES, (environment(), *texts), strict=True))
    rng = random.Random(seed)
    calls = [
        (f"call:{number}", [_argument(rng, t) for t in bits_types([t.name for t in type.params])])
        for number, type in lens.funcs.items()
        for _ in range(rounds if type.params else 1)
    ]
    return Play(modules, lens, env_lens, calls)


def _argument(rng: random.Random, type: str) -> Any:
    if type == "externref" or rng.random() < 0.75:
        return rng.choice(_EDGES[type])
    bits = int(type[1:])
    return rng.getrandbits(rng.randint(1, bits - 1)) * rng.choice((1, -1))


def perform(play: Play, new_world: Callable[[dict[str, bytes]], Any]) -> list[Scene]:
    """All calls, in as many worlds as it takes; the reference's part."""
    scenes: list[Scene] = []
    calls = iter(play.calls)
    more = True
    while more:
        world = new_world(play.modules)
        scene = _open(world)
        scenes.append(scene)
        more = scene.events[-1].outcome[0] == "ok" and _play_calls(world, scene, calls)
        scene.events[-1].state = _state(play, world)
    return scenes


def _play_calls(world: World, scene: Scene, calls: Iterator[tuple[str, list[Any]]]) -> bool:
    """Calls until one fails: whether there may be more."""
    for name, args in calls:
        scene.events.append(_call(world, name, args))
        if scene.events[-1].outcome[0] != "ok":
            return True
    return False


def follow(play: Play, scene: Scene, new_world: Callable[[dict[str, bytes]], Any]) -> Scene:
    """The same steps as in a scene of the reference, however they come out."""
    world = new_world(play.modules)
    mine = _open(world)
    for event in scene.events[1:]:
        if mine.events[-1].outcome[0] != "ok":
            return mine
        mine.events.append(_call(world, event.what, event.args))
    mine.events[-1].state = _state(play, world)
    return mine


def _open(world: Any) -> Scene:
    world.instantiate("env")
    world.instantiate("env lens")
    outcome = world.instantiate("module")
    if outcome[0] == "ok":
        outcome = world.instantiate("lens")
    return Scene([Event("instantiate", [], outcome, list(world.log))])


def _call(world: World, name: str, args: Sequence[Any]) -> Event:
    world.log.clear()
    outcome = world.call(name, args)
    return Event(name, args, outcome, list(world.log))


def _state(play: Play, world: Any) -> dict[str, Any]:
    """Globals, tables' nullness and digests of memories: the environment's, and the module's where it was made."""
    state: dict[str, Any] = {"env memory": _digest(world.memory(None))}
    for number in play.env_lens.globals:
        state[f"env global:{number}"] = world.look(f"global:{number}")
    state["bumped"] = [world.look(f"call:{n}") for n, t in play.env_lens.funcs.items() if not t.params and t.results]
    if not world.made("lens"):
        return state
    for name in play.lens.memories:
        state[f"memory {name}"] = _digest(world.memory(name))
    for number in play.lens.globals:
        state[f"global:{number}"] = world.call(f"global:{number}", [])
    for number in play.lens.tables:
        size = world.call(f"size:{number}", [])
        state[f"table:{number}"] = [world.call(f"null:{number}", [i])[1] for i in range(size[1])]
    return state


def _digest(data: bytes) -> str:
    return f"{len(data)} bytes {hashlib.blake2b(data, digest_size=8).hexdigest()}"


def differences(expected: Scene, actual: Scene, *, exact: bool) -> str:
    """What is different in a way that the engine does not allow itself; empty if nothing.

    The stack's size is the engine's own. Unless `exact`, an access out of bounds may go unnoticed, so nothing that
    follows it is compared.
    """
    for left, right in zip(expected.events, actual.events, strict=False):
        if ["trap", EXHAUSTED] in (left.outcome, right.outcome):
            return ""
        if not exact and left.outcome == ["trap", "memory"]:
            return ""
        for what in ("outcome", "log"):
            if getattr(left, what) != getattr(right, what):
                return f"{left.what}{tuple(left.args)} {what}: {getattr(left, what)} != {getattr(right, what)}"
    last = expected.events[-1].state or {}
    mine = actual.events[-1].state or {}
    return "; ".join(f"{key}: {last[key]} != {mine.get(key)}" for key in last if last[key] != mine.get(key))
