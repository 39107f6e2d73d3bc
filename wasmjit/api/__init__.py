"""What people import: `wasmjit.load`, and the parts that it is made of.

* `engine`: settings; `module`: a compiled module; `source` and `wat`: where modules come from.
* `store`: a world of objects that can be linked; `func`, `memory`, `table`, `global_`: the four kinds of them;
  `instance`: a module's instance; `extern`: between these and the runtime's own objects.
* `imports`: what an instance gets for its imports; `linker`: a place to collect it; `load`: all in one.

`wasmjit` itself re-exports the public names.
"""
