"""Bytes to frames. Each framer is useful alone: `feed(bytes) -> list[frame]`, `end() -> list[frame]`."""
