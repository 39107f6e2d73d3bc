"""What generated code needs while it runs: memories, tables, calls both ways, traps, instantiation.

The folder is the package `wasmjit.runtime` (pyproject.toml maps it, a symlink serves checkouts).
"""

if __name__ != "wasmjit.runtime":
    raise ImportError(f"this package is wasmjit.runtime, not {__name__}: import it by that name")
