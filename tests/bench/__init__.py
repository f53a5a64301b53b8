"""Benchmarks: CPU time as ratios measured in one process, never as a test. Run `python -m tests.bench --help`."""
