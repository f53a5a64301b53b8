"""From a message back to the model: the turn of the assistant and the results of its calls, in the provider's form."""

from __future__ import annotations

from .call_ids import distinct_ids
from .result import ToolResult
from .turn import assistant_turn, tool_results

__all__ = ["ToolResult", "assistant_turn", "distinct_ids", "tool_results"]
