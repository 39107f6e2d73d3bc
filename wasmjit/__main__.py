"""`python -m wasmjit`: the command line."""

from wasmjit.cli import main

if __name__ == "__main__":
    main()
