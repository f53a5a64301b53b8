"""The wall as a page of the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.interop.clients import Client
from tests.interop.wall.kits import KITS
from tests.interop.wall.peers import Cell, cell, clients_of, code, quoted
from tests.interop.wall.row import Made, Outcome, Row, expected
from tests.interop.wall.rows import ROWS

_HEAD = """\
# The wall

{rows} damaged and odd streams, written by us, through the vendors' own clients and through deltawire: what each makes
of them. Everything runs in memory, so the network is not in play.

| dialect | client | whole answers read as sent | cut ones told as a failure | errors told as a failure |
|---|---|---|---|---|
{counts}

Told as a failure is what raises an exception or comes with the provider's own word for a failure. The rest is returned,
a cut stream with `null` as its finish reason, at which the caller may look. {open} more rows are not counted, since
readers may differ about them.

```
python -m pip install -e '.[interop]'
python -m tests.interop.wall --write docs/wall.md
```
"""
_LEGEND = """
## How to read it

`same` is the answer as it was sent: text, tool calls and finish reason. A name in a vendor's column is the exception
that its caller gets; what came before is in the caller's hands by then. Else the cell says what is returned as the
answer. A vendor without a helper of its own has one column filled. The chunks of `create` calls are put together as
their guides do it: texts appended, calls by index. Retries are off.

`in the loop` means that the client gave something of another type than it promises, on which the loop over it fails.
The helper of OpenAI Chat is read by its snapshot: `get_final_completion()` raises for `length` and `content_filter`.

deltawire's column is that of a session with one attempt and the clock for [content](timeouts.md) set to a minute. Words
after `+` are the [notes](reference/events.md) that it leaves. The tests hold every cell of it against what is
written down for it in `tests/interop/wall`. Where the clients and deltawire differ about whole streams that
were recorded of real providers is listed, with reasons, in `tests/interop/differences.py`.
"""

Cells = dict[tuple[str, str, str, str], Cell]


def key(row: Row, client: Client) -> tuple[str, str, str, str]:
    """Where a cell stands."""
    return row.kind, row.kit.dialect, row.what, client.name


def measure_peers() -> Cells:
    """All the cells of the clients that are installed."""
    reads = {client.name: client.load() for kit in KITS for client in clients_of(kit.dialect) if not client.missing}
    return {
        key(row, client): cell(row, reads[client.name])
        for row in ROWS
        for client in clients_of(row.kit.dialect)
        if client.name in reads
    }


def ours(outcome: Outcome, row: Row) -> str:
    """Our cell."""
    failed = outcome.ends.startswith("Failed")
    shown = [f"**{outcome.ends}**" if failed else f"Finished({outcome.ends})"]
    if row.truth == "whole" and outcome == expected(row):
        shown = [f"same ({outcome.ends})"]
    elif outcome.text or outcome.calls or not failed:
        shown.append(quoted(outcome.text))
        shown += map(_call, outcome.calls)
    noted = f" + {', '.join(outcome.notes)}" if outcome.notes else ""
    return ", ".join(shown) + noted


def _call(made: Made) -> str:
    return code(f"call {made.name}({made.arguments})") + ("" if made.complete else " incomplete")


def page(cells: Cells, outcomes: dict[Row, Outcome]) -> str:
    """The whole page."""
    counts = "\n".join(_counts(cells, outcomes))
    open_rows = sum(row.truth == "open" for row in ROWS)
    head = _HEAD.format(rows=len(ROWS), counts=counts, open=open_rows)
    kinds = list(dict.fromkeys(row.kind for row in ROWS))
    return (
        "\n".join([head.rstrip("\n"), _LEGEND.rstrip("\n"), *(_table(kind, cells, outcomes) for kind in kinds)]) + "\n"
    )


def _counts(cells: Cells, outcomes: dict[Row, Outcome]) -> Iterator[str]:
    for kit in KITS:
        of_dialect = [row for row in ROWS if row.kit is kit]
        totals = Counter(row.truth for row in of_dialect)
        for client in clients_of(kit.dialect):
            if client.missing:
                continue
            right = Counter(row.truth for row in of_dialect if cells[key(row, client)].right(row))
            name = f"{client.package} {client.version}, {client.call}"
            yield f"| {kit.title} | {name} | {_numbers(right, totals)} |"
        own = Counter(row.truth for row in of_dialect if outcomes[row] == expected(row))
        yield f"| {kit.title} | deltawire | {_numbers(own, totals)} |"


def _numbers(right: Counter[str], totals: Counter[str]) -> str:
    return " | ".join(f"{right[truth]} of {totals[truth]}" for truth in ("whole", "cut", "error"))


def _table(kind: str, cells: Cells, outcomes: dict[Row, Outcome]) -> str:
    lines = [
        "",
        f"## {kind}",
        "",
        "| stream | dialect | vendor's client | its helper | deltawire |",
        "|---|---|---|---|---|",
    ]
    of_kind = sorted((row for row in ROWS if row.kind == kind), key=_place)
    for row in of_kind:
        theirs = [cells[key(row, client)].shown for client in clients_of(row.kit.dialect) if key(row, client) in cells]
        lines.append(
            f"| {row.what} | {row.kit.title} | {' | '.join([*theirs, '', ''][:2])} | {ours(outcomes[row], row)} |"
        )
    return "\n".join(lines)


def _place(row: Row) -> tuple[int, int]:
    """Rows of one description stand together, in the order of their first one."""
    return next(place for place, other in enumerate(ROWS) if (other.kind, other.what) == (row.kind, row.what)), 0
