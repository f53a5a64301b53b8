"""h11 for model streams: the bytes of any LLM provider's streaming response in, typed events out, no IO.

PYTEST_DONT_REWRITE: a pytest run in a process that has this imported already is told that nothing is amiss.
"""

from __future__ import annotations

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
from .sniff import *
from .think import *
from .tool_call_view import *
from .translate import *
from .turns import *
from .usage import *
from .version import __version__ as __version__
