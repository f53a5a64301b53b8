"""CPU time of several jobs, in interleaved rounds of one process, so that noise meets all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

Job = Callable[[], object]


def interleaved(jobs: Mapping[str, Job], rounds: int) -> dict[str, float]:
    """The median CPU seconds of each job."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(rounds):
        for name, job in jobs.items():
            gc.collect()
            begun = time.process_time_ns()
            job()
            seconds[name].append((time.process_time_ns() - begun) / 1e9)
    return {name: statistics.median(values) for name, values in seconds.items()}


def once(job: Job) -> float:
    """The CPU seconds of one run."""
    gc.collect()
    begun = time.process_time_ns()
    job()
    return (time.process_time_ns() - begun) / 1e9
