"""h11 for model streams: the bytes of any LLM provider's streaming response in, typed events out, no IO.

All that the public modules export is here too. A module is loaded when the first of its names is asked for (PEP 562),
so that a program pays for the parts it uses.

PYTEST_DONT_REWRITE: a pytest run in a process that has this imported already is told that nothing is amiss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .version import __version__ as __version__

if TYPE_CHECKING:
    from .accumulator import *
    from .encode import *
    from .event_dict import *
    from .events import *
    from .failures import *
    from .framing import *
    from .limits import *
    from .message import *
    from .notes import *
    from .parsing import *
    from .partial_json import *
    from .policy import *
    from .pricing import *
    from .requests import *
    from .response import *
    from .resume import *
    from .sniffing import *
    from .think import *
    from .tool_call_view import *
    from .translation import *
    from .turns import *
    from .usage import *
else:
    from importlib import import_module

    # In the order in which they are asked for a name: each needs those before it anyway, or little else.
    _MODULES = (
        *("limits", "failures", "notes", "usage", "events", "response", "parsing", "think", "framing", "resume"),
        *("message", "accumulator", "partial_json", "tool_call_view", "sniffing", "pricing", "requests", "turns"),
        *("policy", "event_dict", "encode", "translation"),
    )

    def __getattr__(name):
        if name in _MODULES:
            return import_module(f".{name}", __name__)
        if name == "__all__":
            return sorted(exported for module in map(__getattr__, _MODULES) for exported in module.__all__)
        if not name.startswith("_"):
            for module in map(__getattr__, _MODULES):
                if name in module.__all__:
                    value = getattr(module, name)
                    # Kept, so that the next use of the name costs nothing.
                    setattr(import_module(__name__), name, value)
                    return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return [*__getattr__("__all__"), *_MODULES, "__version__"]
