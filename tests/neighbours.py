"""What a package brings along: `python -m tests.neighbours openai anthropic attrs`.

For each name that is installed in this interpreter: its version, the distributions that come with it (extras aside) and
the size of all their files, compiled ones of Python aside.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


def closure(name: str) -> dict[str, metadata.Distribution]:
    """A distribution and all that it needs, by name. Raises PackageNotFoundError for one that is not installed."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [Requirement(name)]
    while wanted:
        requirement = wanted.pop()
        key = requirement.name.lower().replace("_", "-")
        if key in found:
            continue
        distribution = found[key] = metadata.distribution(requirement.name)
        for text in distribution.requires or ():
            needed = Requirement(text)
            extras = ["", *requirement.extras]
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                wanted.append(needed)
    return found


def mebibytes(distributions: dict[str, metadata.Distribution]) -> float:
    """The size of the installed files."""
    files = [Path(str(found.locate_file(file))) for found in distributions.values() for file in found.files or ()]
    sizes = (path.stat().st_size for path in files if path.is_file() and path.suffix != ".pyc")
    return sum(sizes) / 2**20


def main() -> int:
    """Prints a row for each name."""
    sys.stdout.write("| package | version | distributions, itself included | MiB |\n|---|---|---:|---:|\n")
    for name in sys.argv[1:]:
        try:
            found = closure(name)
        except metadata.PackageNotFoundError as error:
            sys.stdout.write(f"| {name} | not installed here, or not whole: {error} | | |\n")
            continue
        version = next(iter(found.values())).version
        sys.stdout.write(f"| {name} | {version} | {len(found)} | {mebibytes(found):.1f} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
