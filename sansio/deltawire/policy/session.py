"""One turn of a conversation over the targets of a plan, as a state machine: inputs with times in, actions out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, SupportsIndex, TypeVar

from ..events import Event, Failed, Finished, Heartbeat, Unknown
from ..failures import Failure, FailureKind, UsageError
from ..limits import Limits
from ..payload import Loads
from ..requests import ConfigurationError, Options, Target
from ..response import Headers
from ..think import ThinkOptions
from .actions import Action, CloseRequest, Deliver, OpenRequest, Outcome, Stop
from .attempts import Attempt, Attempts
from .clocks import Clocks, Expiry
from .content import CONTENT_EVENTS
from .events import Cancelled, ContextOverflow, Paused, Status
from .exchange import Exchange, ParserOptions
from .plan import Plan
from .preamble import Preamble
from .question import Extra, Messages, Question, Tools
from .refusals import not_configured, with_endpoints
from .retry import RetryPolicy, Verdict
from .states import REFUSED, TRANSITIONS, Input, State
from .timeouts import Timeouts
from .wait_words import connected, expired, loads_models, waiting

__all__ = ["StreamSession"]

# A server whose keep-alives nobody knows would hold a complete answer back for ever.
_NO_NEWS = frozenset({Heartbeat, Unknown})
_Record = TypeVar("_Record", RetryPolicy, Timeouts)


class StreamSession:
    """Asks the targets of a plan until one answers. Pure: it does no IO, and has no clock but the times it is told.

    Call `start`, do the actions that it gives in order, and go on with whatever happens: the response's head, bytes,
    end or error, `handle_timer` at `deadline`, `cancel` or `pause`; `reading` before each wait for bytes. Every call
    gives actions; a `Stop` is the last one ever. Times are seconds of any clock that never goes back. `attempt` may
    name the request that an input is of, as in `OpenRequest.attempt`: inputs of closed requests are passed over then.
    Bytes without an open request and the like do nothing. Not thread-safe.

    The session never asks again once content was delivered, and ends in exactly one terminal event: `Finished`,
    `Failed`, `ContextOverflow`, `Cancelled` or `Paused`. What a signer raises, or `build_request` for messages that
    are no JSON, passes through: close the request that may be open then.
    """

    def __init__(
        self,
        plan: Plan | Target,
        prompt: str | None = None,
        *,
        messages: Messages | None = None,
        tools: Tools = (),
        system: object = None,
        options: Options | None = None,
        extra: Extra | None = None,
        policy: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
        jitter: Callable[[], float] | None = None,
        limits: Limits | None = None,
        think: str | ThinkOptions | None = None,
        loads: Loads | None = None,
        raw: bool = False,
        id_prefix: str | None = None,
    ) -> None:
        """`jitter` gives random numbers from 0 to 1, such as `random.random`; without it waits are not varied.

        `prompt` to `extra` are as in `build_request`, `limits` to `id_prefix` as in `parser`. `messages`, `tools` and
        `extra` may be mappings from provider names to that provider's own. Raises ValueError for other keys, and
        TypeError for a plan, a policy or timeouts that are none.
        """
        self._question = Question(prompt, () if messages is None else messages, tools, system, options, extra)
        self._policy = _record("policy", policy, RetryPolicy)
        self._timeouts = _record("timeouts", timeouts, Timeouts)
        self._jitter = jitter
        self._parsing = ParserOptions(limits, think, loads, raw, id_prefix)
        self._attempts = Attempts(Plan.of(plan), self._policy)
        self._preamble = Preamble()
        self._clocks = Clocks(self._timeouts)
        self._exchange: Exchange | None = None
        self._state = State.NEW
        self._allowed: frozenset[State] = frozenset()
        self._outcome: Outcome | None = None

    @property
    def state(self) -> State:
        """Where the session is: see `policy.states`."""
        return self._state

    @property
    def committed(self) -> bool:
        """True once content was delivered: nothing is asked again from then on."""
        return self._preamble.committed

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt so far, in order, with its failure."""
        return self._attempts.made

    @property
    def outcome(self) -> Outcome | None:
        """How the session ended, None while it goes on."""
        return self._outcome

    @property
    def deadline(self) -> float | None:
        """When to call `handle_timer`; None for never. Ask again after every input."""
        return self._clocks.deadline

    def start(self, now: float) -> list[Action]:
        """Begins with the first target. Raises UsageError for a second start; nothing after a cancel."""
        if not self._takes(Input.START):
            return []
        self._clocks.start(now)
        return self._open(now)

    def receive_head(self, status: int, headers: Headers, now: float, attempt: int | None = None) -> list[Action]:
        """The response has begun. Raises UsageError for a second head of the same response."""
        if not self._takes(Input.HEAD, attempt):
            return []
        exchange = self._opened
        self._enter(State.ANSWERED)
        events = exchange.parser.receive_head(status, headers)
        if status >= 400:
            exchange.erroneous = True
            self._clocks.error_begins(now)
        actions = self._hand_over(events, now)
        if self._exchange is exchange and loads_models(exchange.target) and not exchange.erroneous:
            actions.append(Deliver(connected(exchange.target)))
        return actions

    def receive_data(
        self, data: bytes | bytearray | memoryview, now: float, attempt: int | None = None
    ) -> list[Action]:
        """Bytes of the body, split anywhere; they are copied. Empty ones mean nothing."""
        if not data or not self._takes(Input.DATA, attempt):
            return []
        self._enter(State.STREAMING)
        exchange = self._opened
        events = exchange.parser.receive_data(data)
        kinds = set(map(type, events))
        # Bytes without an event may be part of a heartbeat; an error's body gives none before its end.
        news = exchange.erroneous or not kinds <= _NO_NEWS
        self._clocks.bytes_came(now, content=not CONTENT_EVENTS.isdisjoint(kinds), news=news)
        return self._hand_over(events, now)

    def receive_eof(self, now: float, attempt: int | None = None) -> list[Action]:
        """The body ended cleanly, or the server closed the connection without an answer."""
        if not self._takes(Input.EOF, attempt):
            return []
        return self._hand_over(self._opened.parser.receive_eof(), now)

    def receive_error(self, failure: Failure, now: float, attempt: int | None = None) -> list[Action]:
        """The request failed outside of HTTP, as `failure` says: no connection (`connect`), a reset (`read`)."""
        if not self._takes(Input.ERROR, attempt):
            return []
        return self._hand_over(self._opened.parser.receive_error(failure), now)

    def reading(self, now: float, attempt: int | None = None) -> list[Action]:
        """The caller is about to wait for bytes. The waits for them count from here only. Gives no actions."""
        if self._takes(Input.READING, attempt):
            self._clocks.reading(now)
        return []

    def handle_timer(self, now: float) -> list[Action]:
        """`deadline` has come. Too early a call does nothing."""
        if not self._takes(Input.TIMER):
            return []
        expiry = self._clocks.expired(now)
        if expiry is Expiry.GRACE:
            self._clocks.forget_grace()
            events = self._opened.conclude(self._timeouts.finish_grace)
            return self.handle_timer(now) if events is None else self._hand_over(events, now)
        if expiry is Expiry.STATUS:
            self._clocks.status_told(now)
            return [Deliver(waiting(self._attempts.target, self._state))]
        if expiry is Expiry.BACKOFF:
            return self._open(now)
        return [] if expiry is None else self._expire(expiry, now)

    def cancel(self, now: float) -> list[Action]:  # noqa: ARG002 - every input has its time
        """Ends the session at once in `Cancelled`, before its start too. Nothing after its end."""
        return self._stop(Input.CANCEL, Cancelled(), Outcome.CANCELLED)

    def pause(self, now: float) -> list[Action]:  # noqa: ARG002 - the same
        """Ends the session at once in `Paused`. Nothing after its end."""
        return self._stop(Input.PAUSE, Paused(), Outcome.PAUSED)

    def __repr__(self) -> str:
        target = self._attempts.target
        return f"<StreamSession {self._state} {target.provider} {target.model} attempts={len(self.attempts)}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("StreamSession holds credentials and an open response: it cannot be pickled or copied")

    def _takes(self, input_: Input, attempt: int | None = None) -> bool:
        """True if the input has an effect now."""
        if attempt is not None and attempt != self._attempts.number:
            return False
        if (self._state, input_) in REFUSED:
            raise UsageError(f"a second {input_} while {self._state}")
        self._allowed = TRANSITIONS[self._state].get(input_, frozenset())
        return bool(self._allowed)

    def _enter(self, state: State) -> None:
        assert state in self._allowed, f"{self._state} -> {state} is not in the table"
        self._state = state

    @property
    def _opened(self) -> Exchange:
        assert self._exchange is not None
        return self._exchange

    def _hand_over(self, events: list[Event], now: float) -> list[Action]:
        """Delivers what an input gave, and ends the attempt if a terminal event is among it."""
        exchange = self._opened
        if not exchange.parser.ended:
            return [Deliver(event) for event in self._preamble.take(events)]
        # First, so that a consumer without room does not hold the connection.
        actions: list[Action] = [CloseRequest()]
        *events, terminal = events
        actions += map(Deliver, self._preamble.take(events))
        self._exchange = None
        if isinstance(terminal, Failed):
            failure = with_endpoints(terminal.error, exchange.target)
            self._attempts.fail(failure)
            return actions + self._after(failure, now)
        assert isinstance(terminal, Finished)
        return actions + self._end(terminal, Outcome.FINISHED)

    def _after(self, failure: Failure, now: float) -> list[Action]:
        """What follows on the failure of the attempt that has just ended."""
        attempts = self._attempts
        verdict = attempts.verdict(failure, committed=self.committed)
        if verdict is Verdict.RETRY:
            jitter = 0.0 if self._jitter is None else self._jitter()
            delay = self._policy.delay(attempts.attempt, failure, jitter)
            if self._clocks.allows(now + delay):
                retry = attempts.retry(failure, delay, self._preamble.usage)
                self._preamble.drop()
                self._clocks.back_off(now + delay)
                self._enter(State.BACKOFF)
                return [Deliver(retry)]
            verdict = Verdict.NEXT_TARGET if attempts.targets_left else Verdict.DELIVER
        if verdict is Verdict.NEXT_TARGET and self._clocks.allows(now):
            return [self._fall_back(failure), *self._open(now)]
        return self._fail(failure)

    def _fall_back(self, failure: Failure) -> Deliver:
        self._preamble.drop()
        return Deliver(self._attempts.fall_back(failure))

    def _open(self, now: float) -> list[Action]:
        """Asks the present target, or the first one behind it that can be asked."""
        attempts = self._attempts
        actions: list[Action] = []
        while True:
            target = attempts.target
            try:
                request = self._question.request(target)
            except ConfigurationError as error:
                failure = not_configured(target, error.failure)
            else:
                break
            attempts.refuse(failure)
            actions.append(Deliver(Status(failure.message)))
            if not attempts.targets_left:
                return actions + self._fail(failure)
            actions.append(self._fall_back(failure))
        self._exchange = Exchange(target, request, self._parsing, attempts.secrets)
        self._clocks.open(now, local=self._exchange.local)
        self._enter(State.OPENING)
        actions.append(Deliver(attempts.begin()))
        actions.append(OpenRequest(request, attempts.number, self._timeouts.connect))
        return actions

    def _expire(self, expiry: Expiry, now: float) -> list[Action]:
        exchange = self._exchange
        local = exchange is not None and exchange.local
        failure = expired(expiry, self._timeouts, self._attempts.target, local=local)
        if exchange is None:
            return self._fail(failure)
        return self._hand_over(exchange.parser.receive_error(failure), now)

    def _stop(self, input_: Input, event: Cancelled | Paused, outcome: Outcome) -> list[Action]:
        if not self._takes(input_):
            return []
        if self._exchange is None:
            return self._end(event, outcome)
        open_calls = self._exchange.abandon() if self.committed else []
        self._exchange = None
        return [CloseRequest(), *map(Deliver, open_calls), *self._end(event, outcome)]

    def _fail(self, failure: Failure) -> list[Action]:
        if failure.kind is FailureKind.CONTEXT_OVERFLOW:
            return self._end(ContextOverflow(failure), Outcome.CONTEXT_OVERFLOW)
        return self._end(Failed(failure), Outcome.FAILED)

    def _end(self, event: Finished | Failed | ContextOverflow | Cancelled | Paused, outcome: Outcome) -> list[Action]:
        self._clocks.stop()
        self._enter(State.ENDED)
        self._outcome = outcome
        return [*map(Deliver, self._preamble.flush()), Deliver(event), Stop(outcome)]


def _record(name: str, value: _Record | None, kind: type[_Record]) -> _Record:
    if value is not None and not isinstance(value, kind):  # a number of seconds or of attempts, mostly
        raise TypeError(f"{name} is a {kind.__name__} record, not {type(value).__name__}")
    return kind() if value is None else value
