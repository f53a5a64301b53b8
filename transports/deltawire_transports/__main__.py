"""`python -m deltawire_transports`: the command line, as `deltawire` runs it."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line; says which extra to install where its libraries are missing."""
    try:
        from .cli.main import deltawire
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("click", "rich", "httpcore", "h11"):
            raise
        sys.stderr.write(f"deltawire: {missing} is not installed. Run: python -m pip install 'deltawire[cli]'\n")
        raise SystemExit(2) from None
    deltawire(prog_name="deltawire")


if __name__ == "__main__":
    main()
