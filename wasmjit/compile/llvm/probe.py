"""Which features a CPU has, found out by the inliner. Runs in a process of its own (see target.py).

LLVM has no call that lists them. But it inlines a function into another only if the caller's CPU has every feature
that the callee asks for: so one small callee a feature, and those that are still called afterwards are missing.
"""

from __future__ import annotations

from wasmjit.compile.llvm.pipeline import run_passes
from wasmjit.compile.llvm.target import BASELINE, host_triple, load_llvm, target_machine

_FEATURES = {"aarch64": ("crc", "dotprod", "fullfp16", "i8mm", "lse", "rdm", "sve", "sve2")}
"""What is asked about other machines than this; its own features LLVM lists."""


def _probe_ir(names: list[str], cpu: str, baseline: str) -> str:
    callees = [
        f'define i32 @c{i}() "target-cpu"="{baseline}" "target-features"="+{name}" '
        f"{{\n  store volatile i32 {i}, ptr @g\n  ret i32 {i}\n}}\n"
        for i, name in enumerate(names)
    ]
    calls = [f"  %v{i} = call i32 @c{i}()\n" for i in range(len(names))]
    caller = [f'define void @caller() "target-cpu"="{cpu}" {{\n', *calls, "  ret void\n}\n"]
    return "".join(["@g = global i32 0\n", *callees, *caller])


def probe_features(cpu: str, triple: str) -> list[str]:
    """Names of the features of `cpu`, sorted. With a wrong name LLVM complains on stderr, and may abort."""
    llvm = load_llvm()
    machine = target_machine(cpu, "", 1, triple)
    arch = triple.partition("-")[0]
    own = arch == host_triple().partition("-")[0]
    names = sorted(llvm.get_host_cpu_features()) if own else list(_FEATURES.get(arch, ()))
    module = llvm.parse_assembly(_probe_ir(names, cpu, BASELINE.get(arch, "generic")), llvm.create_context())
    module.triple = machine.triple
    run_passes(machine, module, "2")
    caller = str(module.get_function("caller"))
    return [name for i, name in enumerate(names) if f"@c{i}(" not in caller]


def main(cpu: str, triple: str) -> None:
    """Print the features of `cpu`."""
    print(*probe_features(cpu, triple))
