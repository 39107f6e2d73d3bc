"""From a module to machine code: lowering to LLVM IR, LLVM, and the loader."""
