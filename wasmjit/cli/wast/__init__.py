"""Running scripts of the official test suite (`.wast`).

* `convert`: a script to commands and binary modules, by wasm-tools.
* `values`: the suite's values and patterns to slots of the call buffer, and back.
* `spectest`: the host module that scripts import.
* `state`: the instances that a script has made, and those that it could not make.
* `runner`: one command after the other; `report`: what came of them.
"""
