"""The code on the README's first screen runs, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re

from tests.conftest import PROJECT


def test_the_first_lines_run_and_print_what_they_say() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    code, said = found.groups()
    assert len([line for line in code.splitlines() if line]) <= 10
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == said
