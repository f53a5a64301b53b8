"""Fuzzing of the core: see README.md."""
