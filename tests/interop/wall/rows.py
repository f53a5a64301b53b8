"""The whole wall."""

from __future__ import annotations

from tests.interop.wall import calls, cuts, errors, events, framing, values
from tests.interop.wall.row import Row

ROWS: tuple[Row, ...] = tuple(row for module in (cuts, errors, calls, framing, values, events) for row in module.rows())
"""Every row, each under another kind, dialect and description."""
