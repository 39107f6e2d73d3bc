"""How a function is compiled when it is first called: machine code between the caller and the compiler.

A slot of a function that has no code yet holds the address of its *stub*. The stub goes to the *gate* of its module and
tells it which it is; the gate goes on to whatever the slot holds by now: addresses of stubs may
have been copied, to references and imports. If that is the stub itself, the gate goes to `wj_lazy`. That saves every
register that can hold an argument, has the function compiled by `wj_lazy_handler`, which support.py sets, brings the
registers back, and jumps to the code.

The gate is a template: each module has a copy, whose last two words are the address of its slots and that of `wj_lazy`.
Its first `GATE_BYTES` are followed by the stubs (stubs.py).
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.platform import Platform

_CALL = f"""
@wj_lazy_handler = dso_local global ptr null

define dso_local i64 @wj_lazy_call(ptr %slots, i64 %index) #0 {{
  %thread = call ptr @wj_thread()
  %activation = load ptr, ptr %thread, align 8
  %store.p = getelementptr i8, ptr %activation, i64 %ACTIVATION_STORE
  %store = load ptr, ptr %store.p, align 8
  %limit.p = getelementptr i8, ptr %store, i64 {layout.STORE_STACK_LIMIT}
  %limit = load ptr, ptr %limit.p, align 8
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %deep = icmp ult ptr %frame, %limit
  br i1 %deep, label %exhausted, label %compile
exhausted:
  call void @wj_trap(ptr null, i32 {int(TrapCode.STACK_EXHAUSTED)}, i32 0)
  unreachable
compile:
  %handler = load ptr, ptr @wj_lazy_handler, align 8
  %code = call i64 %handler(ptr %slots, i64 %index)
  %failed = icmp eq i64 %code, 0
  br i1 %failed, label %raise, label %done
raise:
  call void @wj_trap(ptr null, i32 {int(TrapCode.HOST_EXCEPTION)}, i32 0)
  unreachable
done:
  ret i64 %code
}}
"""


def lazy_ir(platform: Platform, activation_store: int) -> str:
    """The gate's template `wj_gate`, `wj_lazy`, and what it calls; part of the support code.

    `activation_store` is the offset of the store in an activation.
    """
    lines = "".join(f'module asm "{line.strip()}"\n' for line in platform.lazy_asm.strip().splitlines())
    return lines + _CALL.replace("%ACTIVATION_STORE", str(activation_store))
