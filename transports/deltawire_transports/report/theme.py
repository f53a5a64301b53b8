"""Colours and layout of pages and pictures, light and dark."""

from __future__ import annotations

from .markup import Markup

__all__ = ["PAGE_STYLE", "PICTURE_STYLE"]

_COLOURS = """
:root{color-scheme:light dark;
--page:#ffffff;--card:#f6f7f9;--line:#d5dae1;--text:#1b2027;--quiet:#596270;--track:#e9ecf0;--focus:#0b62c4;
--connect:#4f5b69;--headers:#8a95a3;--waiting:#c6ced8;--heartbeats:#c2347f;--reasoning:#8263c9;--text-phase:#2274c4;
--tool-arguments:#cf7a12;--other:#2a8f80;--stalled:#c9302c;--closing:#7d8896;--good:#1a7f37;--bad:#c9302c}
@media screen and (prefers-color-scheme:dark){:root{
--page:#12161b;--card:#1b2129;--line:#343d49;--text:#e8ecf1;--quiet:#a3adba;--track:#232b35;--focus:#6cb2ff;
--connect:#b4bec9;--headers:#74808e;--waiting:#434e5b;--heartbeats:#f07ab6;--reasoning:#a88cf0;--text-phase:#56a3ee;
--tool-arguments:#eba24a;--other:#4cbfae;--stalled:#ff7069;--closing:#8d98a5;--good:#4cc46a;--bad:#ff7069}}
"""

# What stands inside of an <svg>, in a page and alone.
_FIGURES = """
svg text{font:12px system-ui,sans-serif;fill:var(--text);stroke:var(--halo,var(--page));stroke-width:4px;
stroke-linejoin:round;paint-order:stroke}
svg .quiet{fill:var(--quiet)}
svg .strong{font-weight:600}
svg .good{fill:var(--good)}
svg .bad{fill:var(--bad)}
svg .track{fill:var(--track)}
svg .grid{stroke:var(--line);stroke-width:1}
svg .arrow{stroke:var(--quiet);stroke-width:1.5;fill:none}
svg .head{fill:var(--quiet)}
svg .connect{fill:var(--connect)}
svg .headers{fill:var(--headers)}
svg .waiting{fill:var(--waiting)}
svg .heartbeats{fill:var(--heartbeats)}
svg .reasoning{fill:var(--reasoning)}
svg .text{fill:var(--text-phase)}
svg .tool_arguments{fill:var(--tool-arguments)}
svg .other{fill:var(--other)}
svg .stalled{fill:url(#stalled);stroke:var(--stalled);stroke-width:1}
svg .hatch{stroke:var(--stalled);stroke-width:2}
svg .closing{fill:var(--track);stroke:var(--closing);stroke-width:1}
svg .curve{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
svg .curve.reasoning{stroke:var(--reasoning)}
svg .curve.text{stroke:var(--text-phase)}
svg .curve.tool_arguments{stroke:var(--tool-arguments)}
svg .curve.other{stroke:var(--other)}
svg .second{stroke-dasharray:5 4}
svg .bar{fill:var(--text-phase)}
svg .bar.second{fill:none;stroke:var(--tool-arguments);stroke-width:1.5;stroke-dasharray:none}
svg .mark{stroke:var(--text);stroke-width:1;stroke-dasharray:2 3}
"""

_LAYOUT = """
*{box-sizing:border-box}
body{margin:0 auto;max-width:1500px;padding:16px;background:var(--page);color:var(--text);
font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.2em 0}h2{font-size:1.15rem;margin:1.6em 0 .4em}h3{font-size:1rem;margin:1.2em 0 .3em}
p{margin:.3em 0}a{color:var(--focus)}.quiet{color:var(--quiet)}.good{color:var(--good)}.bad{color:var(--bad)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
svg.figure{display:block;overflow:visible}
.panel{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px;margin:12px 0;min-width:0;
--halo:var(--card)}
.panels{margin:12px 0;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:12px}
.panels.loose{align-items:start}.panels>.panel{margin:0}.panel>h3{margin-top:0}
dl.numbers{display:grid;grid-template-columns:repeat(3,1fr);gap:8px;margin:12px 0}
@media(min-width:760px){dl.numbers{grid-template-columns:repeat(6,1fr)}}
dl.numbers>div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:7px 8px;min-width:0}
dl.numbers dt{color:var(--quiet);font-size:.82rem}
dl.numbers dd{margin:0;font-size:.98rem;font-weight:600;font-variant-numeric:tabular-nums}
ul.legend{display:flex;flex-wrap:wrap;gap:4px 14px;list-style:none;padding:0;margin:8px 0;font-size:.85rem}
ul.legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:5px;vertical-align:-1px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}table.wide{width:100%;overflow-wrap:normal}
table.wide a{font-weight:400}caption{text-align:left}
th,td{text-align:left;vertical-align:top;padding:3px 12px 3px 0;border-bottom:1px solid var(--line)}
td.number,th.number{text-align:right;white-space:nowrap}td.words,th.words{text-align:right}
td:last-child,th:last-child{padding-right:0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3em 0;font:12.5px/1.4 ui-monospace,monospace;
max-height:28em;overflow-y:auto;unicode-bidi:isolate}
.call+.call{border-top:1px solid var(--line);margin-top:8px;padding-top:4px}
details{margin:6px 0}summary{cursor:pointer}summary:hover{text-decoration:underline}
ol.reads{list-style:none;padding:0;margin:0}ol.reads li{border-top:1px solid var(--line);padding:4px 0}
@media(min-width:760px){ol.reads li{display:grid;grid-template-columns:130px 1fr;gap:12px;align-items:baseline}}
@media(min-width:760px){svg .narrow{display:none}}@media not all and (min-width:760px){svg .wide,.spare{display:none}
table.wide{font-size:.82rem}table.wide th,table.wide td{padding-right:8px}}
@media print{.panel{break-inside:avoid}h2,h3{break-after:avoid}pre,.scroll{max-height:none;overflow:visible}
ul.legend i,.panel{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
footer{margin:2em 0 1em;color:var(--quiet);font-size:.85rem}
"""

_SWATCHES = "".join(
    f"ul.legend i.{name}{{background:var(--{name.replace('_', '-') if name != 'text' else 'text-phase'})}}\n"
    for name in (
        "connect",
        "headers",
        "waiting",
        "heartbeats",
        "reasoning",
        "text",
        "tool_arguments",
        "other",
    )
) + (
    "ul.legend i.closing{background:var(--track);border:1px solid var(--closing)}\n"
    "ul.legend i.stalled{border:1px solid var(--stalled);"
    "background:repeating-linear-gradient(45deg,var(--stalled) 0 2px,transparent 2px 5px)}\n"
)

PAGE_STYLE = Markup(_COLOURS + _FIGURES + _LAYOUT + _SWATCHES)
"""The style of a whole page."""
PICTURE_STYLE = Markup(_COLOURS + _FIGURES + "svg .page{fill:var(--page)}\nsvg .narrow{display:none}\n")
"""The style of an SVG file."""
