"""`python -m fuzz TARGET [FILE ...]`: looks for inputs with outcomes that nobody documented. See README.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import instrumentation


def main(arguments: list[str]) -> int:
    """Runs what the command line asks for, and gives the exit code: 0 for no finding, 1 for some, 2 for wrong use."""
    options = _parser().parse_args(arguments)
    with_atheris = not (options.plain or options.files or options.target == "list") and instrumentation.available()
    if with_atheris:
        instrumentation.instrument()
    # Only now: the targets import the core, and Atheris wants to see it first.
    from . import guided, plain  # noqa: PLC0415
    from .harness import FOLDER, Campaign  # noqa: PLC0415
    from .targets import TARGETS  # noqa: PLC0415

    if options.target == "list":
        print("\n".join(TARGETS))
        return 0
    if options.target not in {"all", *TARGETS}:
        print(f"no target {options.target!r}; known: all, {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    targets = list(TARGETS.values()) if options.target == "all" else [TARGETS[options.target]]
    campaign = Campaign(targets, options.findings or FOLDER / "findings")
    if options.files:
        for path in options.files:
            for target in targets:
                campaign.run(target, path.read_bytes())
        return campaign.report()
    runs = options.runs or (sys.maxsize if options.seconds else 10_000)
    seconds = options.seconds or float("inf")
    corpora = {target.name: target.first_inputs() + _more(options.corpus) for target in targets}
    fuzz = guided.fuzz if with_atheris else plain.fuzz
    fuzz(campaign, corpora, runs=runs, seconds=seconds, seed=options.seed)
    return campaign.report()


def _more(folder: Path | None) -> list[bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    return [path.read_bytes() for path in files]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Fuzzing of deltawire's core.")
    parser.add_argument("target", metavar="TARGET", help="a target, `all` of them, or `list`")
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="run these inputs and nothing else")
    parser.add_argument("--runs", type=int, help="executions, 10,000 if nothing is said")
    parser.add_argument("--seconds", type=float, help="how long")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="more first inputs")
    parser.add_argument("--findings", type=Path, metavar="FOLDER", help="where findings go (fuzz/findings)")
    parser.add_argument("--plain", action="store_true", help="without Atheris, even if it is installed")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
