"""Servers of other people's making, on loopback, and both shims against them.

- aimock, an npm package that speaks every provider's dialect (`aimock.py`): started where npm and Node.js are, put into
  `~/.cache/deltawire-tests` the first time. `python -m tests.servers aimock` shows what it does, dialect by dialect.
- nginx, between a client and our own replay and fault servers (`nginx.py`): started where it is installed,
  unprivileged, in a folder of its own. `python -m tests.servers nginx` runs the fault matrix through it.
- LiteLLM's proxy, in front of aimock (`litellm.py`): only as a command, `python -m tests.servers litellm`, with
  `--dialect` for what it is asked in and `--program` for a `litellm` of another virtual environment.

What is missing is skipped with a reason. A program ends with whoever started it, whatever happens (`guard.py`).
"""
