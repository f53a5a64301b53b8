"""Reports of captures: one page without network and scripts, and its pictures as SVG. Same capture, same report."""

from __future__ import annotations

from .page import comparison_page, report_page
from .picture import report_picture
from .story import Story

__all__ = ["Story", "comparison_page", "report_page", "report_picture"]
