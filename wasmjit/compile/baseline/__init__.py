"""The baseline tier: machine code joined from stencils, which LLVM makes from the lowering once for a processor."""
