"""What native code knows of a thread, as LLVM IR (part of the unit of support_ir.py).

A ThreadRecord (abi/layout.py) is found by a pthread key. It is made when a thread first enters wasm, or when Python
sets the thread up, and freed by the key's destructor when the thread ends.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.compile.platform import Platform


def thread_ir(platform: Platform) -> str:
    """`ptr @wj_thread()`, `ptr @wj_attach(stack low, is main, thread id)`, `void @wj_detach(ptr)`.

    And what finds the innermost activation.
    """
    return f"""
declare ptr @calloc(i64, i64)
declare void @free(ptr)
declare i64 @syscall(i64, ...)
define dso_local ptr @wj_thread() #0 {{
  %key = load i32, ptr @wj_key, align 4
  %known = call ptr @pthread_getspecific(i32 %key)
  %some = icmp ne ptr %known, null
  br i1 %some, label %done, label %make
make:
  %new = call ptr @calloc(i64 1, i64 {layout.THREAD_BYTES})
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %none, label %keep
none:
  call void @abort()
  unreachable
keep:
  %ignored = call i32 @pthread_setspecific(i32 %key, ptr %new)
  br label %done
done:
  %record = phi ptr [ %known, %0 ], [ %new, %keep ]
  ret ptr %record
}}
define dso_local ptr @wj_attach(i64 %low, i64 %main, i64 %id) #0 {{
  %record = call ptr @wj_thread()
  %low.p = getelementptr i8, ptr %record, i64 {layout.THREAD_STACK_LOW}
  store i64 %low, ptr %low.p, align 8
  %main.p = getelementptr i8, ptr %record, i64 {layout.THREAD_IS_MAIN}
  store i64 %main, ptr %main.p, align 8
  %id.p = getelementptr i8, ptr %record, i64 {layout.THREAD_ID}
  store i64 %id, ptr %id.p, align 8
  ret ptr %record
}}
define dso_local void @wj_detach(ptr %record) #0 {{
  %id.p = getelementptr i8, ptr %record, i64 {layout.THREAD_TIMER}
  %timer = load i64, ptr %id.p, align 8
  %none = icmp eq i64 %timer, 0
  br i1 %none, label %free, label %delete
delete:
  %number = sub i64 %timer, 1
  %ignored = call i64 (i64, ...) @syscall(i64 {platform.sys_timer_delete}, i64 %number)
  br label %free
free:
  call void @free(ptr %record)
  ret void
}}
define internal ptr @activation() #0 {{
  %key = load i32, ptr @wj_key, align 4
  %record = call ptr @pthread_getspecific(i32 %key)
  %none = icmp eq ptr %record, null
  br i1 %none, label %lost, label %found
lost:
  ret ptr null
found:
  %activation = load ptr, ptr %record, align 8
  ret ptr %activation
}}
"""
