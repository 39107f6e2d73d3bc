"""wasmjit: a WebAssembly engine for Python."""
