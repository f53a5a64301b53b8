"""Amazon Nova's own schema (docs.aws.amazon.com/nova/latest/userguide/using-invoke-api.html)."""

from __future__ import annotations

from typing import ClassVar

from .converse import Bedrock

__all__ = ["Nova"]


class Nova(Bedrock):
    """One Nova response: Converse's objects, but each piece of one text is a content block of its own.

    Text blocks that follow each other are therefore one part.
    """

    joins_texts: ClassVar[bool] = True
