"""Axes: values to per cent of a width, and where to put labels."""

from __future__ import annotations

import math

import attrs

__all__ = ["LogScale", "TimeScale", "percent"]


def percent(share: float) -> str:
    """A share of 1 as SVG takes it, the same on every machine."""
    return f"{round(share * 100, 3):g}%"


@attrs.frozen
class TimeScale:
    """Seconds from `begin` to `end` along a width."""

    begin: float
    end: float

    @classmethod
    def over(cls, seconds: float) -> TimeScale:
        """From 0 to a little behind `seconds`."""
        return cls(0.0, seconds * 1.02 if seconds > 0 else 1.0)

    def share(self, seconds: float) -> float:
        """Where a time is, from 0 to 1."""
        return min(1.0, max(0.0, (seconds - self.begin) / (self.end - self.begin)))

    def at(self, seconds: float) -> str:
        """Where a time is, in per cent."""
        return percent(self.share(seconds))

    def width(self, begin: float, end: float) -> str:
        """How wide a stretch is, in per cent."""
        return percent(self.share(end) - self.share(begin))

    def ticks(self, most: int = 5) -> list[float]:
        """Round times along the axis, at most so many."""
        rough = (self.end - self.begin) / most
        magnitude = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * magnitude for factor in (1, 2, 5, 10, 20) if factor * magnitude >= rough)
        return [round(number * step, 9) for number in range(math.floor(self.end / step) + 1)]


# Ten to a decade, each about as wide as the next: the preferred numbers of ISO 3.
_STEPS = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
_LABELLED = (1.0, 2.0, 5.0)
_MOST_DECADES = 2
_LEAST = 1e-4
_DIGITS = 9


@attrs.frozen
class LogScale:
    """Positive seconds along a width, every decade as wide as the next."""

    lowest: int
    """The exponent of ten at the left end."""
    highest: int
    """That at the right end."""

    @classmethod
    def over(cls, values: list[float]) -> LogScale:
        """The decades that hold the values; what is below a tenth of a millisecond counts as that."""
        least, most = max(_LEAST, min(values)), max(_LEAST, *values)
        lowest = math.floor(math.log10(least) + 1e-9)
        return cls(lowest, max(lowest + 1, math.ceil(math.log10(most) - 1e-9)))

    def share(self, seconds: float) -> float:
        """Where a time is, from 0 to 1."""
        place = (math.log10(max(_LEAST, seconds)) - self.lowest) / (self.highest - self.lowest)
        return min(1.0, max(0.0, place))

    def at(self, seconds: float) -> str:
        """Where a time is, in per cent."""
        return percent(self.share(seconds))

    def edges(self) -> list[float]:
        """The edges of bins, ten of each decade."""
        exponents = range(self.lowest, self.highest)
        edges = [step * 10.0**exponent for exponent in exponents for step in _STEPS] + [10.0**self.highest]
        return [round(edge, _DIGITS) for edge in edges]

    def ticks(self) -> list[float]:
        """The powers of ten along the axis; where these are few, their doubles and fives too."""
        steps = _LABELLED if self.highest - self.lowest <= _MOST_DECADES else _LABELLED[:1]
        decades = range(self.lowest, self.highest)
        return [step * 10.0**exponent for exponent in decades for step in steps] + [10.0**self.highest]
