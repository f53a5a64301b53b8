"""The vendors' own clients beside ours, fed the same bytes in memory."""
