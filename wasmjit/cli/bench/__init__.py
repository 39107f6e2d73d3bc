"""`wasmjit bench`: one program under every engine that is found, side by side.

* `command`: options; `engines`: what can run a module, and how; `worker` and `node_runner.mjs`: the processes that do.
* `measure`: taking turns; `samples`: figures; `report`: the table and the JSON; `plot`: the picture.
"""
