"""The figures of a page of the documentation: tables between marks, written by the command that measures them."""

from __future__ import annotations

import datetime as dt
import platform
from importlib import metadata
from pathlib import Path

import deltawire

PACKAGES = ("attrs", "openai", "anthropic", "google-genai", "ollama", "orjson", "msgspec")


def machine() -> str:
    """A sentence of where and when was measured, with the versions of what took part."""
    versions = [f"deltawire {deltawire.__version__}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d} with {python} on {_processor()}: " + (
        ", ".join(versions) + "."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(named)} × {named[0]}" if named else f"{platform.system()} {platform.machine()}"


def markdown(table: list[list[str]]) -> str:
    """The table as Markdown; columns of numbers stand right."""
    head, *body = table
    right = [all(row[column][:1].isdigit() for row in body) for column in range(len(head))]
    rule = ["---:" if numbers else "---" for numbers in right]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *body])


def written(page: str, name: str, text: str) -> str:
    """The page with `text` between the marks of that name; ValueError if it has none."""
    begin, end = f"<!-- bench {name} -->\n", f"<!-- end of bench {name} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no place for {name!r}: {begin.strip()} … {end}")
    return f"{before}{begin}{text}\n{end}{after}"
