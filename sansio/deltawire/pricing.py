"""What a usage costs: a small dated table of list prices, and a protocol for better ones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from .usage import Usage

__all__ = ["ListPrices", "Price"]

_MILLION = 1_000_000


@attrs.frozen
class Price:
    """List prices of one model in US dollars for a million tokens."""

    input: float
    """Prompt tokens that no cache served."""
    output: float
    """Answer and reasoning."""
    cache_read: float | None = None
    """Prompt tokens from a cache; None: as `input`."""
    cache_write: float | None = None
    """Prompt tokens written to a cache; None: as `input`."""

    def cost(self, usage: Usage) -> float | None:
        """The cost in US dollars; None if the usage lacks its input or output count."""
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
        plain = max(0, usage.input_tokens - read - written)
        dollars = (
            plain * self.input
            + read * (self.input if self.cache_read is None else self.cache_read)
            + written * (self.input if self.cache_write is None else self.cache_write)
            + usage.output_tokens * self.output
        )
        return dollars / _MILLION
