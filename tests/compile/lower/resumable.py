"""Generated functions full of loops inside of anything, run in tiers that move over at any of them.

usage: resumable.py FIRST COUNT

Standard output has a line `start SEED THRESHOLD` before everything that might crash, and a line `DIFFERENT ...` for
every difference from the optimised tier. At the end there is a line of JSON with what has been counted.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from typing import Any

import wasmjit

LOCALS = {
    "i32": ("$a", "$b", "$c"),
    "i64": ("$d", "$e"),
    "f32": ("$f", "$g"),
    "f64": ("$h", "$i"),
    "v128": ("$v", "$w"),
}
BINARY = {
    "i32": ("i32.add", "i32.sub", "i32.xor", "i32.mul"),
    "i64": ("i64.add", "i64.sub", "i64.xor", "i64.mul"),
    "f32": ("f32.add", "f32.sub", "f32.min"),
    "f64": ("f64.add", "f64.sub", "f64.max"),
    "v128": ("i32x4.add", "v128.xor", "i64x2.sub"),
}
CONVERSIONS = {
    ("i32", "i64"): "i64.extend_i32_s",
    ("i64", "i32"): "i32.wrap_i64",
    ("i32", "f64"): "f64.convert_i32_s",
    ("i32", "f32"): "f32.convert_i32_s",
    ("i32", "v128"): "i32x4.splat",
    ("i64", "v128"): "i64x2.splat",
    ("v128", "i32"): "i32x4.extract_lane 2",
    ("f64", "i64"): "i64.reinterpret_f64",
    ("f32", "i32"): "i32.reinterpret_f32",
}
ARGUMENTS = ((0, 1, 2.0, 3.0), (-7, 1 << 40, 0.5, -1.0), (9, 9, 9.0, 9.0))
FUEL = 60
"""Iterations of all loops together, then the function returns."""


class Writer:
    """Writes one function; `labels` are the types that a branch takes, innermost last."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.types = ["i32", "i64", "f32", "f64"] + ["v128"] * (seed % 2)
        self.results = [[], ["i32"], ["f64"], ["i64", "f32", "i32", "i64", "f64"], ["f32"], ["i64"]][seed % 6]
        self.throws = seed % 5 == 0
        self.budget = 60
        self.labels: list[list[str]] = []
        self.lines: list[str] = []

    def emit(self, *lines: str) -> None:
        self.lines += lines

    def some_types(self, most: int) -> list[str]:
        return [self.random.choice(self.types) for _ in range(self.random.randint(0, most))]

    def push(self, type: str) -> None:
        """An operand, mostly a local's value."""
        choices = [source for (source, to) in CONVERSIONS if to == type and source in self.types]
        kind = self.random.random()
        if kind < 0.5 or not choices:
            self.emit(f"local.get {self.random.choice(LOCALS[type])}")
        elif kind < 0.7:
            self.push(type)
            self.push(type)
            self.emit(self.random.choice(BINARY[type]))
        else:
            source = self.random.choice(choices)
            self.push(source)
            self.emit(CONVERSIONS[source, type])

    def set(self, type: str) -> None:
        self.emit(f"{self.random.choice(('local.set', 'local.set', 'local.tee'))} {self.random.choice(LOCALS[type])}")
        if "tee" in self.lines[-1]:
            self.emit("drop")

    def leave(self) -> None:
        """Return what is in the locals."""
        self.emit(*(f"local.get {LOCALS[type][0]}" for type in self.results), "return")

    def statements(self, below: list[str]) -> None:
        """Instructions that leave the operands `below` where they are, some of them with more on top meanwhile."""
        for _ in range(self.random.randint(1, 4)):
            self.budget -= 1
            choice = self.random.random()
            if self.budget < 0 or choice < 0.4:
                type = self.random.choice(self.types)
                self.push(type)
                self.set(type)
            elif choice < 0.55 and self.labels:
                self.branch_if()
            elif choice < 0.6 and below:
                self.emit("drop")
                self.push(below[-1])
            else:
                pending = self.some_types(2)
                for type in pending:
                    self.push(type)
                self.block([*below, *pending])
                for type in reversed(pending):
                    self.set(type)

    def branch_if(self) -> None:
        depth = self.random.randrange(len(self.labels))
        types = self.labels[-1 - depth]
        for type in types:
            self.push(type)
        self.push("i32")
        if self.random.random() < 0.3:
            depths = [d for d in range(len(self.labels)) if self.labels[-1 - d] == types]
            self.emit("if" + "".join(f" (param {t})" for t in types) + "".join(f" (result {t})" for t in types))
            self.push("i32")
            chosen = [self.random.choice(depths) + 1 for _ in range(3)]
            self.emit("br_table " + " ".join(map(str, chosen)), "end")
        else:
            self.emit(f"br_if {depth}")
        for type in reversed(types):
            self.set(type)

    def block(self, below: list[str]) -> None:
        """A block of any kind, with parameters and results."""
        params, results = self.some_types(2), self.some_types(2)
        kind = self.random.choice(["block", "loop", "loop", "if", "try"])
        if kind == "try" and not self.throws:
            kind = "loop"
        for type in params:
            self.push(type)
        signature = "".join(f" (param {t})" for t in params) + "".join(f" (result {t})" for t in results)
        if kind == "try":
            self.try_table(params, results, signature)
        else:
            if kind == "if":
                self.push("i32")
            self.emit(kind + signature)
            self.inside(params if kind == "loop" else results, params, results, is_loop=kind == "loop")
            if kind == "if":
                self.emit("else")
                self.inside(results, params, results)
            self.emit("end")
        for type in reversed(results):
            self.set(type)

    def try_table(self, params: list[str], results: list[str], signature: str) -> None:
        """What is thrown inside is added to a local."""
        self.emit(
            "block $caught (result i32)"
            if not params
            else "block $caught" + "".join(f" (param {t})" for t in params) + " (result i32)"
        )
        self.labels.append(["i32"])
        self.emit("try_table" + signature + " (catch $tag 0)")
        self.inside(results, params, results, throws=True)
        self.emit("end")
        for type in reversed(results):
            self.set(type)
        self.labels.pop()
        self.emit("i32.const 7", "end", "local.get $a", "i32.add", "local.set $a")
        for type in results:
            self.push(type)

    def inside(
        self, label: list[str], params: list[str], results: list[str], *, is_loop: bool = False, throws: bool = False
    ) -> None:
        self.labels.append(label)
        if is_loop:
            self.emit("local.get $fuel", "i32.const 1", "i32.sub", "local.tee $fuel", "i32.eqz", "if")
            self.leave()
            self.emit("end")
        self.statements(params)
        if throws:
            self.push("i32")
            self.emit("i32.const 3", "i32.and", "call $throw")
        for type in reversed(params):
            self.set(type)
        for type in results:
            self.push(type)
        self.labels.pop()

    def module(self) -> str:
        """The module's text."""
        for _ in range(3):
            self.statements([])
        self.leave()
        results = "".join(f" (result {type})" for type in self.results)
        locals = " ".join(f"(local {name} {type})" for type, names in LOCALS.items() for name in names[1:])
        params = " ".join(f"(param {names[0]} {type})" for type, names in LOCALS.items() if type != "v128")
        params += " (param i32 i32 i32 i64)" * self.random.randint(0, 1)  # more than there are registers
        vectors = " ".join(f"(local {name} v128)" for name in LOCALS["v128"][:1])
        return f"""(module (tag $tag (param i32))
          (func $throw (param i32) local.get 0 i32.eqz if local.get 0 throw $tag end)
          (func (export "f") {params} {results} {vectors} {locals} (local $fuel i32)
            i32.const {FUEL} local.set $fuel
            {" ".join(self.lines)}))"""


def outcome(wat: str, **settings: Any) -> tuple[list[Any], Counter[str]]:
    """What three calls return, and what has been counted."""
    instance: Any = wasmjit.load(wat, cache=False, **settings)
    more = (0,) * (len(instance.f.type.params) - 4)
    results = [repr(instance.f(*arguments, *more)) for arguments in ARGUMENTS]
    return results, Counter(instance._instance.native.statistics.snapshot()[0])


def main(first: int, count: int) -> None:
    total: Counter[str] = Counter()
    for seed in range(first, first + count):
        wat = Writer(seed).module()
        expected, _ = outcome(wat, tier="optimized", opt=0)
        rng = random.Random(seed)
        for threshold in (1, *(rng.randint(2, 50) for _ in range(3))):
            print("start", seed, threshold, flush=True)
            settings = {"opt": rng.choice((0, 2)), "bounds_checks": rng.choice(("guard", "explicit"))}
            found, counts = outcome(wat, tier="auto", tier_threshold=threshold, **settings)
            total += counts
            if found != expected:
                print("DIFFERENT", seed, threshold, settings, found, expected, flush=True)
    print(json.dumps(total))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
