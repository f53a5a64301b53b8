"""What an import costs: CPU time of a new interpreter that does nothing else."""

from __future__ import annotations

import importlib.util
import resource
import statistics
import subprocess
import sys

# What is run, by its name in the table; and the package that it needs.
CODES = {
    "nothing": ("pass", "sys"),
    "attrs": ("import attrs", "attrs"),
    "deltawire": ("import deltawire", "deltawire"),
    "deltawire and a parser": ("import deltawire; deltawire.parser('openai-chat')", "deltawire"),
    "deltawire, all of it": ("from deltawire import *", "deltawire"),
    "ollama": ("import ollama", "ollama"),
    "openai": ("import openai", "openai"),
    "google.genai": ("import google.genai", "google"),
    "anthropic": ("import anthropic", "anthropic"),
}


def _cpu_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows(rounds: int) -> list[list[str]]:
    """A table: what is imported, its CPU time with the interpreter's start, and that over `import deltawire`."""
    codes = {name: code for name, (code, package) in CODES.items() if importlib.util.find_spec(package)}
    seconds: dict[str, list[float]] = {name: [] for name in codes}
    for turn in range(rounds + 1):
        for name, code in codes.items():
            spent = _cpu_seconds(code)
            # The first time compiles what is not compiled yet.
            seconds[name] += [spent] if turn else []
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ours = medians["deltawire"]
    table = [["import", "CPU ms", "times deltawire's"]]
    return table + [[name, f"{value * 1000:.0f}", f"{value / ours:.1f}"] for name, value in medians.items()]
