"""Writes the pages of `reference/` beside this file, one list of names for each: `python docs/generate_reference.py`.

A module joins the reference by a line in `PAGES`. A test fails while a page differs from what its modules export.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import attrs

import deltawire

FOLDER = Path(__file__).with_name("reference")


@attrs.frozen
class Section:
    """One module of a page."""

    module: str
    exclude: tuple[str, ...] = ()
    """Names that have their entry elsewhere, or are of no use to anybody but the package."""


@attrs.frozen
class Page:
    """One page: its file, its title, a sentence for the list of pages and one for itself, its modules."""

    name: str
    title: str
    says: str
    more: str
    sections: tuple[Section, ...]


def _page(name: str, title: str, says: str, *modules: str | Section, more: str = "") -> Page:
    sections = tuple(Section(module) if isinstance(module, str) else module for module in modules)
    return Page(name, title, says, more, sections)


_QUEUES = ("ForwardSummary", "HostEvents", "QueueClosed")

PAGES = (
    _page(
        "parser",
        "Parser",
        "One response: bytes in, events out.",
        "deltawire.response",
        "deltawire.parsing",
        "deltawire.sniffing",
        "deltawire.resume",
        "deltawire.limits",
        more="In your own loop: [](../your-loop.md). What it holds back and why: [](../limits.md).",
    ),
    _page(
        "events",
        "Events",
        "Every record that a parser emits.",
        "deltawire.events",
        "deltawire.notes",
        "deltawire.event_dict",
        more="In which order they come: [](../events.md).",
    ),
    _page(
        "failures",
        "Failures",
        "What went wrong, and the two exceptions.",
        "deltawire.failures",
        more="What to do about each kind: [](../failures.md).",
    ),
    _page(
        "message",
        "Messages, turns and tool calls",
        "Events gathered into a message, and sent back.",
        "deltawire.accumulator",
        "deltawire.message",
        "deltawire.turns",
        "deltawire.tool_call_view",
        "deltawire.partial_json",
        more="How to use them: [](../tool-calls.md).",
    ),
    _page(
        "usage",
        "Usage and cost",
        "Token counts and prices.",
        "deltawire.usage",
        "deltawire.pricing",
        "deltawire_transports.genai_prices",
        more="What the counts mean: [](../usage.md).",
    ),
    _page(
        "think",
        "Think blocks",
        "Reasoning between tags.",
        "deltawire.think",
        more="How to use it: [](../think-blocks.md).",
    ),
    _page(
        "encode",
        "Encoding",
        "Events to the bytes of a provider's stream, and one provider's stream to another's.",
        "deltawire.encode",
        "deltawire.translation",
    ),
    _page(
        "requests",
        "Requests",
        "What to send, built without IO.",
        "deltawire.requests",
        more="Names, base URLs and keys of the providers: [](../providers.md).",
    ),
    _page(
        "session",
        "Session and policy",
        "Retries, fallbacks, timeouts, cancelling, forwarding.",
        "deltawire.policy",
        "deltawire.policy.states",
        "deltawire.policy.host_events",
        more="How a session goes: [](../session.md). Its clocks: [](../timeouts.md).",
    ),
    _page(
        "timeline",
        "Timeline",
        "What a stream spent its time on, from its events and their times.",
        "deltawire.timeline",
        more="Reports are drawn from it: [](../captures.md).",
    ),
    _page(
        "framing",
        "Framing",
        "The decoders of bytes to frames, useful alone.",
        Section("deltawire.framing", ("feed_blocks", "end_blocks")),
        more="Each has `feed(bytes)` and `end()`, and gives lists of frames. None raises on what it is fed.",
    ),
    _page(
        "providers",
        "Provider schemas",
        "What a schema of your own is derived from, and the tables that name the others.",
        "deltawire.providers.base",
        "deltawire.redaction",
        "deltawire.registry",
        "deltawire.dialects",
        more="Step by step: [](../adding-a-provider.md).",
    ),
    _page(
        "transports",
        "Shims",
        "The blocking and the asynchronous shim, their keywords and queues.",
        Section("deltawire_transports.blocking", _QUEUES),
        Section("deltawire_transports.aio", _QUEUES),
        "deltawire_transports.options",
        "deltawire_transports.queues",
        "deltawire.rate_limits",
        more="Extra: `http`. A first example: [](../start.md#over-http).",
    ),
    _page(
        "gateway",
        "Gateway",
        "Clients of one API before the providers of another.",
        "deltawire_transports.gateway",
        more="Extra: `http`. How to run it: [](../gateway.md).",
    ),
    _page(
        "captures",
        "Captures",
        "What came over the network and when, in a file: written, read, replayed, served, shown.",
        "deltawire_transports.capture",
        "deltawire_transports.capture_lines",
        "deltawire_transports.capture_session",
        "deltawire_transports.capture_replay",
        "deltawire_transports.capture_replies",
        "deltawire_transports.report",
        more="Extra: `http`. The format, and an example: [](../captures.md).",
    ),
    _page(
        "testing",
        "Testing",
        "Checks, Hypothesis strategies and a pytest fixture for your own tests.",
        "deltawire.testing",
        "deltawire.testing.strategies",
        "deltawire_transports.pytest_plugin",
        "deltawire_transports.replay_source",
        more="Extra: `testing`, and `http` for the fixture. How to use them: [](../fuzz.md).",
    ),
    _page(
        "servers",
        "Servers for tests",
        "Loopback servers that play streams: by the rules of HTTP, or against them.",
        "deltawire_transports.replay",
        "deltawire_transports.faults",
        "deltawire_transports.fault_wire",
        more="Extra: `http`. From the shell: [](../command-line.md#see-what-a-client-makes-of-a-fault).",
    ),
)

INDEX = """\
# Reference

Written from the docstrings. Every name that `import deltawire` brings may be taken from there or from its module:
`deltawire.TextDelta` and `deltawire.events.TextDelta` are the same. `docs/generate_reference.py` writes these pages.

"""


def text_of(page: Page) -> str:
    """The whole page: first all names with what they are, then an entry for each."""
    parts = [f"# {page.title}", page.says + (f" {page.more}" if page.more else "")]
    parts += _summary(page)
    parts += [_entries(section) for section in page.sections]
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The page that lists the others."""
    rows = "".join(f"| [{page.title}]({page.name}.md) | {page.says} |\n" for page in PAGES)
    names = "".join(f"{page.name}\n" for page in PAGES)
    return f"{INDEX}| page | |\n|---|---|\n{rows}\n```{{toctree}}\n:hidden:\n\n{names}```\n"


def pages() -> dict[Path, str]:
    """Every page by its file."""
    return {FOLDER / "index.md": index()} | {FOLDER / f"{page.name}.md": text_of(page) for page in PAGES}


def _names(section: Section) -> list[str]:
    exported = importlib.import_module(section.module).__all__
    return [name for name in exported if name not in section.exclude]


def _summary(page: Page) -> Iterator[str]:
    """The names of a page with what they are, a table for each place that they are imported from."""
    for source, sections in groupby(page.sections, _source):
        listed = "\n".join(line for section in sections for line in _listed(section))
        yield f"From `{source}`:\n\n```{{eval-rst}}\n.. autosummary::\n   :nosignatures:\n\n{listed}\n```"


def _source(section: Section) -> str:
    module = importlib.import_module(section.module)
    flat = all(getattr(deltawire, name, None) is getattr(module, name) for name in _names(section))
    return "deltawire" if flat else section.module


def _listed(section: Section) -> list[str]:
    constants = _constants(section)
    return [f"   ~{constants.get(name, section.module)}.{name}" for name in _names(section)]


def _entries(section: Section) -> str:
    constants = _constants(section)
    left_out = sorted({*section.exclude, *constants})
    lines = [f".. automodule:: {section.module}", "   :imported-members:"]
    lines += [f"   :exclude-members: {', '.join(left_out)}"] * bool(left_out)
    for name, origin in constants.items():
        value = getattr(importlib.import_module(origin), name)
        lines += ["", f".. autodata:: {origin}.{name}"]
        lines += ["   :no-value:"] * isinstance(value, Mapping | frozenset)
    listed = "\n".join(lines)
    return f"## {section.module}\n\n```{{eval-rst}}\n{listed}\n```"


def _constants(section: Section) -> dict[str, str]:
    """The constants and aliases that a module exports, each with the module that says what it is."""
    found = {}
    for name in _names(section):
        value = getattr(importlib.import_module(section.module), name)
        if not (inspect.isclass(value) or inspect.isroutine(value) or hasattr(value, "__wrapped__")):
            found[name] = _origin(section.module, name)
    return found


def _origin(module: str, name: str) -> str:
    """Where a name is bound: the module itself, or the one that it takes the name from."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    package = module if hasattr(importlib.import_module(module), "__path__") else module.rpartition(".")[0]
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
            return _origin(importlib.util.resolve_name("." * node.level + (node.module or ""), package), name)
    return module


if __name__ == "__main__":
    for file, text in pages().items():
        file.write_text(text, "utf-8")
    sys.stdout.write(f"{len(PAGES)} pages are up to date\n")
