"""Looks at the built documentation: `python -m tests.pages docs/_build/html [--pictures FOLDER]`.

Every link inside the site leads to a page and a place on it. Where a Chromium is installed, every page is shown at 400
and 1,600 pixels, light and dark: none is wider than the screen, every picture is there, nothing is asked of another
machine, and no page complains. With `--pictures` the first screen of each goes into a folder.
"""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.browser import CHROMIUM, Browser

WIDTHS = (400, 1600)
SCHEMES = ("light", "dark")
# Pages that Sphinx writes for search and index: not ours, and wide where a name is long.
NOT_OURS = {"genindex.html", "py-modindex.html", "search.html"}

WIDER = "Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"
BROKEN_PICTURES = (
    "[...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.currentSrc)"
)


class Page(HTMLParser):
    """The places of a page, and what it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.places.update(value for name in ("id", "name") if (value := values.get(name)))
        link = values.get("href") if tag in {"a", "link"} else values.get("src")
        if link and values.get("rel") not in {"search", "index"}:
            self.links.append(link)


@cache
def read(path: Path) -> Page:
    """A page's places and links."""
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def pages(site: Path) -> list[Path]:
    """The pages of the site."""
    return [path for path in sorted(site.rglob("*.html")) if path.name not in NOT_OURS and "_static" not in path.parts]


def broken_links(site: Path) -> Iterator[str]:
    """Links inside the site that lead nowhere, each with its page."""
    for path in pages(site):
        for link in read(path).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not there.is_file():
                yield f"{path.relative_to(site)}: {link} is no file"
            elif place and there.suffix == ".html" and place not in read(there).places:
                yield f"{path.relative_to(site)}: {link} is no place on that page"


def looks(site: Path, pictures: Path | None) -> Iterator[str]:
    """What is wrong with how the pages look."""
    with Browser() as browser:
        for path in pages(site):
            name = path.relative_to(site).with_suffix("").as_posix()
            for width in WIDTHS:
                for scheme in SCHEMES:
                    browser.show(path.resolve(), width=width, scheme=scheme)
                    here = f"{name} at {width} pixels, {scheme}"
                    wider = browser.ask(WIDER)
                    if wider:
                        yield f"{here}: {wider} pixels wider than the screen"
                    yield from (f"{here}: {picture} is not shown" for picture in browser.ask(BROKEN_PICTURES))
                    yield from (f"{here}: {complaint}" for complaint in browser.complaints)
                    yield from (
                        f"{here} asks for {url}" for url in browser.requests if not url.startswith(("file:", "data:"))
                    )
                    browser.complaints.clear()
                    browser.requests.clear()
                    if pictures is not None:
                        file = pictures / f"{name.replace('/', '-')}-{width}-{scheme}.png"
                        shot = browser.call("Page.captureScreenshot", format="png")
                        file.write_bytes(base64.b64decode(shot["data"]))


def main() -> int:
    """Prints what is wrong; the exit code is 1 if anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.pages", description="Looks at the built documentation.")
    parser.add_argument("site", type=Path, help="the folder with the built pages")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the first screens")
    arguments = parser.parse_args()
    site: Path = arguments.site.resolve()
    if not (site / "index.html").is_file():
        parser.error(f"{site} holds no built pages")
    if arguments.pictures is not None:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    wrong = list(broken_links(site))
    shown = CHROMIUM is not None
    wrong += looks(site, arguments.pictures) if shown else ()
    for line in wrong:
        sys.stdout.write(f"{line}\n")
    told = f"at {WIDTHS[0]} and {WIDTHS[1]} pixels, light and dark" if shown else "without a browser: none is installed"
    sys.stdout.write(f"{len(pages(site))} pages, {told}: {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
