"""The pages of the documentation: their code runs, their links lead somewhere, each says at once what it is about."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest

import deltawire
from deltawire.policy import Verdict
from deltawire.policy.retry import VERDICTS
from deltawire_transports.cli.main import deltawire as deltawire_command

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
EMBEDDING = DOCS / "embedding" / "README.md"
# Its blocks are files of a package, which test_adding_a_provider.py builds and runs.
BUILDS_A_PACKAGE = DOCS / "adding-a-provider.md"
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if not {"_build", "embedding"} & {part.name for part in path.parents}
)
FIRST_SCREEN = 25

FENCE = re.compile(r"^(`{3,}|:{3,})(\{?[\w-]*\}?)[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,3} +(.*)$", re.MULTILINE)

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())


def fences(page: Path, kind: str) -> list[tuple[int, str]]:
    """The fenced blocks of one kind, with the line on which each begins."""
    text = page.read_text("utf-8")
    return [
        (text.count("\n", 0, found.start()) + 2, found[3]) for found in FENCE.finditer(text) if found[2].strip() == kind
    ]


def page_text(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text("utf-8")


def prose(page: Path) -> str:
    """The page without its fenced blocks and without code between back-ticks in links' stead."""
    return FENCE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """What the headings of a page may be linked as: as GitHub does it, in lower case with hyphens."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(page)))
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.fixture
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails what would reach for another machine."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: Any) -> None:
        assert self.family == socket.AF_UNIX or address[0] in {"127.0.0.1", "::1"}, f"a page connects to {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)


def run(page: Path, **given: Any) -> None:
    """Runs the blocks of a page, one after the other, as one program."""
    namespace: dict[str, Any] = {"__name__": page.stem, **given}
    for line, code in fences(page, "python"):
        exec(compile("\n" * (line - 1) + code, str(page), "exec"), namespace)


@pytest.mark.usefixtures("loopback_only")
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page != BUILDS_A_PACKAGE and fences(page, "python")],
    ids=lambda path: path.relative_to(DOCS).as_posix(),
)
def test_the_code_of_a_page_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(page)
    if page.name == "start.md":
        [(_, shown)] = fences(page, "text")
        assert capsys.readouterr().out == shown


@pytest.mark.usefixtures("loopback_only")
def test_the_code_of_the_readme_runs_and_prints_what_stands_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(README)
    printed = capsys.readouterr().out
    assert printed
    assert any(block == printed for _, block in fences(README, ""))


def test_the_code_above_the_embedding_examples_runs() -> None:
    failure = deltawire.Failure("read", "the connection was reset")
    run(EMBEDDING, deltawire=deltawire, status=200, headers={}, chunk=b"data: [DONE]\n\n", failure=failure)


@pytest.mark.parametrize("page", [README, EMBEDDING, *PAGES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_block_of_code_is_left_out(page: Path) -> None:
    """Every fence is of a kind that is looked at: Python runs, commands exist, data is read, the rest is no code."""
    kinds = {found[2].strip() for found in FENCE.finditer(page.read_text("utf-8"))}
    assert (
        kinds - {"python", "sh", "text", "json", "", "{toctree}", "{literalinclude}", "{eval-rst}", "{include}"}
        == set()
    )
    looks_like_python = re.compile(r"^(?:import|from|def|class|assert|for|with) ", re.MULTILINE)
    hidden = [
        line for kind in ("", "text", "sh") for line, code in fences(page, kind) if looks_like_python.search(code)
    ]
    assert hidden == [], "Python that no test runs"
    for line, code in fences(page, "json"):
        assert [json.loads(row) for row in code.splitlines()], line


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    blocks = "\n".join(code for kind in ("", "sh", "text") for _, code in fences(page, kind))
    wrong = []
    for line in re.findall(r"^(?:\$ |.*\| *)?deltawire (\w+.*)", blocks, re.MULTILINE):
        name, *words = line.partition("  #")[0].split()
        command = deltawire_command.commands.get(name)
        known = {option for parameter in getattr(command, "params", ()) for option in parameter.opts} | {"--help"}
        piped = words.index("|") if "|" in words else len(words)
        wrong += [line for word in words[:piped] if word.startswith("--") and word.partition("=")[0] not in known]
        wrong += [] if command else [line]
    assert wrong == []
    for module in set(re.findall(r"python -m (tests\.[\w.]+|fuzz)", text)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_the_block_of_an_embedding_example_is_there() -> None:
    for page in PAGES:
        for target in re.findall(r"\{literalinclude\} (\S+)", page.read_text("utf-8")):
            assert (page.parent / target).is_file(), f"{page.name} shows {target}"


def test_every_embedding_example_is_shown() -> None:
    pages = [path.read_text("utf-8") for path in (DOCS / "loops").glob("*.md")]
    shown = [name for page in pages for name in re.findall(r"\{literalinclude\} \.\./embedding/(\S+)", page)]
    assert sorted(shown) == sorted(path.name for path in (DOCS / "embedding").glob("*.py"))


@by_name
def test_links_inside_the_site_lead_somewhere(page: Path) -> None:
    text = prose(page)
    broken = []
    for target, anchor in LINK.findall(text):
        there = (page.parent / target).resolve() if target else page
        if not there.is_file():
            broken.append(target)
        elif anchor and there.suffix == ".md" and anchor[1:] not in anchors(there):
            broken.append(target + anchor)
    broken += [target for target in IMAGE.findall(text) if not (page.parent / target).is_file()]
    assert broken == []


@by_name
def test_a_page_answers_within_its_first_screen(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    first = "\n".join(lines[:FIRST_SCREEN])
    assert re.search(r"^(```|\||- |1\. |!\[)", first, re.MULTILINE), "no code, table, list or picture in sight"


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = {DOCS / "index.md"}
    for page in (DOCS / "index.md", DOCS / "your-loop.md", DOCS / "reference" / "index.md"):
        for _, block in fences(page, "{toctree}"):
            entries = [line for line in block.splitlines() if line and not line.startswith(":")]
            listed.update(page.parent / (re.sub(r".* <(.*)>", r"\1", entry) + ".md") for entry in entries)
    assert set(PAGES) - listed == set()


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("failures.md", [kind.value for kind in deltawire.FailureKind]),
        ("limits.md", [field.name for field in attrs.fields(deltawire.Limits)]),
        ("timeouts.md", [field.name for field in attrs.fields(deltawire.Timeouts)]),
        ("usage.md", [field.name for field in attrs.fields(deltawire.Usage)]),
        ("events.md", [kind.__name__ for kind in get_args(deltawire.Event)]),
        ("events.md", [reason.value for reason in deltawire.FinishReason]),
    ],
    ids=["failure kinds", "limits", "timeouts", "token counts", "events", "finish reasons"],
)
def test_the_table_of_a_page_has_them_all(page: str, names: list[str]) -> None:
    rows = [line.split("|")[1] for line in (DOCS / page).read_text("utf-8").splitlines() if line.startswith("|")]
    assert set(names) - set(re.findall(r"`(\w+)`", " ".join(rows))) == set()


def test_the_tables_of_defaults_tell_the_truth() -> None:
    """A number in the table is the default of its field."""
    told = {
        name: default.replace(",", "")
        for name, default in re.findall(r"^\| `(\w+)` \| ([\d,]+|none)", page_text("timeouts.md"), re.MULTILINE)
    }
    assert told == {
        field.name: "none" if field.default is None else f"{field.default:g}"
        for field in attrs.fields(deltawire.Timeouts)
    }


def test_what_a_session_does_about_a_failure_is_told_as_it_is() -> None:
    words = {Verdict.RETRY: "asks again", Verdict.NEXT_TARGET: "asks the next target", Verdict.DELIVER: "delivers it"}
    told = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| [^|]* \| ([^|]*) \|", page_text("failures.md"), re.MULTILINE))
    assert [kind for kind, verdict in VERDICTS.items() if words[verdict] not in told[kind]] == []


def test_what_the_readme_says_of_cut_streams_stands_on_the_wall() -> None:
    readme, wall = README.read_text("utf-8"), page_text("wall.md")
    told = re.findall(r"^\| \[([\w-]+ [\d.]+)\].* in (\d+ of \d+) cases", readme, re.MULTILINE)
    assert len(told) >= 6
    for client, count in told:
        assert re.search(rf"^\| [\w ]+ \| {re.escape(client)}, [^|]+ \| [^|]+ \| {count} \|", wall, re.MULTILINE), (
            client
        )
    ours = re.findall(r"^\| [\w ]+ \| deltawire \| [^|]+ \| (\d+) of (\d+) \|", wall, re.MULTILINE)
    assert ours
    assert [found for found in ours if found[0] != found[1]] == []


def test_the_readme_has_the_figures_of_the_page_on_performance() -> None:
    readme, page = README.read_text("utf-8"), page_text("performance.md")
    against = page.partition("<!-- bench floor -->")[2].partition("<!-- end")[0]
    floor = re.findall(r"^\| [\w-]+ \| \w+ \| ([\d.]+) \| ([\d.]+) \| [\d.]+ \|$", against, re.MULTILINE)
    assert floor
    for column in zip(*floor, strict=True):
        assert f"{min(column, key=float)} to {max(column, key=float)} times" in readme
    measured = page.partition("<!-- bench peers -->")[2].partition("<!-- end")[0]
    peers = re.findall(r"^\| ([\w-]+) \| [\d.]+ \| .* \| ([\d.]+) \|$", measured, re.MULTILINE)
    for client in ("openai", "anthropic", "google-genai", "ollama"):
        times = [less for name, less in peers if name == client]
        least, most = min(times, key=float), max(times, key=float)
        assert re.search(rf"{client} {re.escape(least)} to {re.escape(most)}\b", readme), client
