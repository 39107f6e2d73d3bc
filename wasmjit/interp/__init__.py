"""The interpreter: wasm functions as Python source, translated when they are first called. It needs no LLVM.

* `operand`, `registry`, `translator`: one pass over a body, with a stack of Python expressions.
* `integer`, `floating`, `conversion`, `memops`, `variable`, `reference`, `control`, `vector`: what each instruction
  becomes.
* `tree`, `shape`, `printing`, `dispatch`: from structured control flow to Python's.
* `scalars`, `lanes`, `lanes_*`: functions that translated code calls.
* `code`: translated functions of a module; `store`, `func`, `memory`, `table`, `global_`, `instance`, `instantiate`:
  the objects of spec 4.2, with the surface that `runtime` gives its own, so that `api` takes either.

How values look: i32 and i64 are ints from 0 on; f32 and f64 floats, an f32's NaN with its payload widened; v128 bytes
of 16; references are function objects or any Python objects, null is None.
"""
