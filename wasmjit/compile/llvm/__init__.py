"""LLVM, through llvmlite: targets, passes, objects. Nothing else imports llvmlite, and nothing here does so early."""
