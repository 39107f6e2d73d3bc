import { measure } from "./kernel.mjs";
const PUSH = 0, LOAD = 1, STORE = 2, ADD = 3, SUB = 4, MUL = 5, MOD = 6, LESS = 7, JUMP = 8, BRANCH = 9, HALT = 10;
const code = new Int16Array([
    PUSH, 0, STORE, 0, PUSH, 2, STORE, 1,                           /* 0 */
    LOAD, 1, LOAD, 3, LESS, BRANCH, 16, HALT,                       /* 8 */
    PUSH, 2, STORE, 2,                                              /* 16 */
    LOAD, 1, LOAD, 2, LOAD, 2, MUL, LESS, BRANCH, 48,               /* 20 */
    LOAD, 1, LOAD, 2, MOD, BRANCH, 39, JUMP, 55,                    /* 30 */
    LOAD, 2, PUSH, 1, ADD, STORE, 2, JUMP, 20,                      /* 39 */
    LOAD, 0, LOAD, 1, ADD, STORE, 0,                                /* 48 */
    LOAD, 1, PUSH, 1, ADD, STORE, 1, JUMP, 8,                       /* 55 */
]);
let result;
const stack = new Int32Array(16);
function execute(program, limit) {
    const variables = new Int32Array([0, 0, 0, limit]);
    let top = 0;
    for (let pc = 0; ;)
        switch (program[pc++]) {
            case PUSH: stack[top++] = program[pc++]; break;
            case LOAD: stack[top++] = variables[program[pc++]]; break;
            case STORE: variables[program[pc++]] = stack[--top]; break;
            case ADD: top--; stack[top - 1] += stack[top]; break;
            case SUB: top--; stack[top - 1] -= stack[top]; break;
            case MUL: top--; stack[top - 1] = Math.imul(stack[top - 1], stack[top]); break;
            case MOD: top--; stack[top - 1] %= stack[top]; break;
            case LESS: top--; stack[top - 1] = stack[top - 1] < stack[top] ? 1 : 0; break;
            case JUMP: pc = program[pc]; break;
            case BRANCH: pc = stack[--top] ? program[pc] : pc + 1; break;
            default: return variables[0];
        }
}
measure({ size: 150000, setup: () => {}, run: (n) => { result = execute(code, n); }, checksum: () => result });
