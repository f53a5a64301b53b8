"""The settings of Sphinx: `python -m sphinx -W --keep-going -b html docs docs/_build/html`."""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "sansio"), str(ROOT / "transports")]

import deltawire  # noqa: E402 -- the path above has to be set first

project = "deltawire"
author = "The deltawire developers"
project_copyright = "The deltawire developers, MIT licence"
version = release = deltawire.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
autosummary_generate = False
exclude_patterns = ["_build", "embedding/README.md"]

myst_enable_extensions = ["colon_fence", "linkify", "deflist"]
myst_linkify_fuzzy_links = False
myst_heading_anchors = 3

# Docstrings write names between single back-ticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
# What stands in a private base belongs to the public record; what the language brings along does not.
LANGUAGE = (
    "object, dict, StrEnum, BaseException, Exception, ValueError, Protocol, Generic, Iterator, AsyncIterator, Thread"
)
autodoc_default_options = {"members": True, "undoc-members": True, "inherited-members": LANGUAGE}
python_use_unqualified_type_names = True
add_module_names = False
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"

# A type without an entry here is a warning, and warnings are errors.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(collections\.abc|threading|ssl|os|pathlib|datetime|hypothesis)\..*")]

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "deltawire"
html_static_path = ["_static"]
html_css_files = ["deltawire.css"]
html_show_sphinx = False
html_copy_source = False


def _shown(*event: Any) -> Any:
    """A default that is made anew for every record has no name of its own."""
    *_, signature, returns = event
    return None if signature is None else (signature.replace("NOTHING", "..."), returns)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", _shown)
