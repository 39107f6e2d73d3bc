"""Opcodes of the instructions of constant expressions, as the opcode table has them.

Who only instantiates needs no others: a program's start does without the table.
"""

from __future__ import annotations

GLOBAL_GET = 0x23
I32_CONST, I64_CONST, F32_CONST, F64_CONST = range(0x41, 0x45)
I32_ADD, I32_SUB, I32_MUL = range(0x6A, 0x6D)
I64_ADD, I64_SUB, I64_MUL = range(0x7C, 0x7F)
REF_NULL, REF_FUNC = 0xD0, 0xD2
STRUCT_NEW, STRUCT_NEW_DEFAULT = 0xFB000, 0xFB001
ARRAY_NEW, ARRAY_NEW_DEFAULT, ARRAY_NEW_FIXED = 0xFB006, 0xFB007, 0xFB008
ANY_CONVERT_EXTERN, EXTERN_CONVERT_ANY, REF_I31 = 0xFB01A, 0xFB01B, 0xFB01C
V128_CONST = 0xFD00C
