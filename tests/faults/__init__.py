"""The shims against what networks and servers do: `python -m tests.faults`, `python -m tests.faults.soak`."""
