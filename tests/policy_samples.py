"""One event of a session or a host of every class, with no field left at its default."""

from __future__ import annotations

from deltawire.policy.events import (
    AttemptStarted,
    Cancelled,
    ContextOverflow,
    FallbackStarted,
    Paused,
    PolicyEvent,
    RetryAttempt,
    Status,
    TokenUsageUpdate,
)
from deltawire.policy.host_events import (
    AgentLoopIteration,
    ConfigRequest,
    ContextCompacted,
    HostEvent,
    MemoryBankSaved,
    Narration,
    ReflectionComplete,
    ReflectionStarted,
    ShellLifecycle,
    ShellOutput,
    ShellSessionLifecycle,
    TaskRuntimeSnapshot,
    TaskView,
    ToolBlocked,
    ToolCallResult,
    ToolConfirmationRequired,
)
from tests.event_samples import FAILURE, USAGE

_TASK, _OTHER = TaskView("t1", "write", "open"), TaskView("t2", "read", "done")
POLICY_EVENTS: tuple[PolicyEvent, ...] = (
    AttemptStarted(1, 3, "groq", "small-1"),
    RetryAttempt(2, 3, 1500, "Slow down", FAILURE, USAGE),
    FallbackStarted("anthropic", "small-2", FAILURE),
    Status("waiting"),
    TokenUsageUpdate(90, 100, 90.0, "red", 0.5),
    ContextOverflow(FAILURE),
    Cancelled(),
    Paused(),
)
HOST_EVENTS: tuple[HostEvent, ...] = (
    Narration("Look", "reading", "context", "s", "r", "n", ("a.py", "b.py")),
    ToolCallResult("clock", True, "12:00", 5),
    ContextCompacted(40, 9, 12_000, "s"),
    ConfigRequest("set", "key", [1, {"a": None}], True),
    ToolConfirmationRequired("c1", "rm", {"path": "/"}, "removes", "high", "files"),
    ToolBlocked("rm", "no"),
    MemoryBankSaved("notes.md", "s1", "s", 7),
    AgentLoopIteration(4),
    TaskRuntimeSnapshot("t0", _TASK, (_TASK,), (_OTHER,), (_TASK, _OTHER), (_OTHER,), (_TASK,), ("key",), "busy"),
    ShellOutput("p1", "sh1", "stderr", "né"),
    ShellLifecycle("p1", "sh1", "failed", 2, 50, "ls", "/"),
    ShellSessionLifecycle("sh1", "busy", "/", "p1", "ls", True, True, True),
    ReflectionStarted("why"),
    ReflectionComplete("s", 3, 1),
)
