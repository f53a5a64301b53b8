"""Events of a host around the model, such as an agent, for the queues of its sessions. Nothing here emits them."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from .delivery import Delivery

__all__ = [
    "AgentLoopIteration",
    "ConfigRequest",
    "ContextCompacted",
    "HostEvent",
    "MemoryBankSaved",
    "Narration",
    "ReflectionComplete",
    "ReflectionStarted",
    "ShellLifecycle",
    "ShellOutput",
    "ShellSessionLifecycle",
    "TaskRuntimeSnapshot",
    "TaskView",
    "ToolBlocked",
    "ToolCallResult",
    "ToolConfirmationRequired",
]


@attrs.frozen
class Narration:
    """What the host is doing, told to a person."""

    delivery: ClassVar[Delivery] = Delivery.IF_ROOM

    title: str
    """A few words."""
    message: str
    """One or more sentences."""
    stage: Literal["context", "planning", "execution", "verification", "blocked", "progress"]
    """The phase of the work."""
    summary: str | None = None
    """What was done so far."""
    reason: str | None = None
    """Why this is done."""
    next_step: str | None = None
    """What comes next."""
    evidence: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    """What it rests on: files, outputs, sources."""


@attrs.frozen
class ToolCallResult:
    """A tool of the client's has run. Counts as output, as content does."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS
    commits: ClassVar[bool] = True

    name: str
    """The tool."""
    success: bool
    """Whether it did what it should."""
    output: str
    """What the model is told."""
    duration_ms: int
    """How long it ran, in milliseconds."""


@attrs.frozen
class ContextCompacted:
    """Old messages were replaced by a summary."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    messages_before: int
    """Messages before."""
    messages_after: int
    """Messages left."""
    tokens_saved: int
    """Tokens that the next request has less, estimated."""
    summary: str | None = None
    """The text that stands for them."""


@attrs.frozen
class ConfigRequest:
    """The model asks to read or change a setting of the host."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    operation: str
    """get, set or the host's own word."""
    key: str
    """The setting."""
    value: Any = None
    """Its new value, for a change."""
    requires_confirmation: bool = False
    """True if a person must agree first."""


@attrs.frozen
class ToolConfirmationRequired:
    """A person must agree before a tool runs."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    confirmation_id: str
    """What the answer refers to."""
    tool_name: str
    """The tool."""
    tool_args: dict[str, Any]
    """Its arguments."""
    description: str
    """What it would do, for the person."""
    risk_level: str
    """low, medium, high or the host's own word."""
    category: str
    """The kind of action, in the host's words."""


@attrs.frozen
class ToolBlocked:
    """A tool was not allowed to run."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    tool_name: str
    """The tool."""
    reason: str
    """Why."""


@attrs.frozen
class MemoryBankSaved:
    """What is worth keeping of a conversation was written down."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    file_path: str
    """Where."""
    session_id: str
    """Of which conversation."""
    summary: str
    """What it says, shortened."""
    messages_saved: int
    """Of how many messages."""


@attrs.frozen
class AgentLoopIteration:
    """The agent asks the model once more."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    iteration: int
    """The round, from 1."""


@attrs.frozen
class TaskView:
    """One task of an agent's plan, as a person sees it."""

    id: str
    """The task's id."""
    name: str
    """What it is about."""
    status: str
    """In the host's words."""


@attrs.frozen
class TaskRuntimeSnapshot:
    """Where an agent's plan stands now. The next one replaces it."""

    delivery: ClassVar[Delivery] = Delivery.IF_ROOM

    root_task_id: str
    """The task that all others belong to."""
    current_task: TaskView | None = None
    """The task at work."""
    ready_tasks: tuple[TaskView, ...] = attrs.field(default=(), converter=tuple[TaskView, ...])
    """Tasks that could start now."""
    parallel_ready_tasks: tuple[TaskView, ...] = attrs.field(default=(), converter=tuple[TaskView, ...])
    """Those of them that could run beside the current one."""
    blocked_tasks: tuple[TaskView, ...] = attrs.field(default=(), converter=tuple[TaskView, ...])
    """Tasks that wait for something."""
    open_tasks: tuple[TaskView, ...] = attrs.field(default=(), converter=tuple[TaskView, ...])
    """All tasks that are not done."""
    completed_tasks: tuple[TaskView, ...] = attrs.field(default=(), converter=tuple[TaskView, ...])
    """Tasks that are done."""
    missing_requirements: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    """What the blocked ones lack."""
    status_message: str | None = None
    """One line for a person."""


@attrs.frozen
class ShellOutput:
    """A process in a shell has written something."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    process_id: str
    """The host's id of the process."""
    shell_session_id: str | None
    """The shell it runs in, None for one of its own."""
    stream: Literal["stdout", "stderr"]
    """Where it wrote."""
    data: str
    """What."""


@attrs.frozen
class ShellLifecycle:
    """A process in a shell has changed its state."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    process_id: str
    """The host's id of the process."""
    shell_session_id: str | None
    """The shell it runs in, None for one of its own."""
    state: Literal["started", "completed", "failed", "stopped", "paused", "resumed"]
    """What it is now."""
    exit_code: int | None = None
    """Its exit code, None while it runs."""
    duration_ms: int | None = None
    """How long it ran, in milliseconds."""
    command: str | None = None
    """What runs."""
    cwd: str | None = None
    """In which folder."""


@attrs.frozen
class ShellSessionLifecycle:
    """A lasting shell has changed its state."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    shell_session_id: str
    """The host's id of the shell."""
    state: Literal["starting", "idle", "busy", "interrupting", "stopping", "stopped", "failed"]
    """What it is now."""
    cwd: str | None = None
    """In which folder it is."""
    active_process_id: str | None = None
    """The process that runs in it."""
    active_command: str | None = None
    """What runs in it."""
    available_for_reuse: bool = False
    """True if the next command may go there."""
    interactive: bool = False
    """True if a person may type into it."""
    user_managed: bool = False
    """True if a person opened it and closes it."""


@attrs.frozen
class ReflectionStarted:
    """The host looks back at what it has done."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    reason: str
    """Why now."""


@attrs.frozen
class ReflectionComplete:
    """The host has looked back."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    summary: str
    """What it learned."""
    stored: int
    """How many lessons it wrote down."""
    promoted: int
    """How many of them it made lasting."""


HostEvent: TypeAlias = (
    Narration
    | ToolCallResult
    | ContextCompacted
    | ConfigRequest
    | ToolConfirmationRequired
    | ToolBlocked
    | MemoryBankSaved
    | AgentLoopIteration
    | TaskRuntimeSnapshot
    | ShellOutput
    | ShellLifecycle
    | ShellSessionLifecycle
    | ReflectionStarted
    | ReflectionComplete
)
"""What a host adds to the events of its sessions."""
