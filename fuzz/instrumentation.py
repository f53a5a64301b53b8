"""Atheris, if it is there: it must see the core before anything imports it, so nothing is imported here."""

from __future__ import annotations

import os


def available() -> bool:
    """True if Atheris is installed."""
    try:
        import atheris  # type: ignore[import-not-found]  # noqa: F401, PLC0415 - not every platform has it
    except ImportError:
        return False
    return True


def instrument() -> None:
    """Makes the modules of the core that are imported later report their coverage."""
    import atheris  # noqa: PLC0415

    # Atheris prints a line per module.
    stderr, silent = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    try:
        with atheris.instrument_imports(include=["deltawire"]):
            import deltawire.testing  # noqa: F401, PLC0415
    finally:
        os.dup2(stderr, 2)
