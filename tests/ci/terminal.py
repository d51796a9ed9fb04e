"""Runs a program at a terminal, answers its questions, and prints what it wrote: terminal.py ANSWERS PROGRAM ARGUMENT...

Each letter of ANSWERS answers one question that ends with `] `; ^ is Ctrl-C.
"""

import os
import pty
import sys

answers, program = sys.argv[1], sys.argv[2:]
process, terminal = pty.fork()
if process == 0:
    os.execvp(program[0], program)
seen = written = b""
left = list(answers)
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    written += part
    seen += part
    if left and seen.endswith(b"] "):
        answer = left.pop(0)
        os.write(terminal, b"\x03" if answer == "^" else answer.encode() + b"\n")
        seen = b""
sys.stdout.buffer.write(written.replace(b"\r\n", b"\n"))
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
