"""Which targets are asked, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

import attrs

from ..failures import Failure, FailureKind
from ..nearest import did_you_mean
from ..requests import ConfigurationError, Target
from ..requests.credentials import HoldsSecrets
from ..requests.vendors import VENDORS

__all__ = ["Plan"]

_VARIABLE = "DELTAWIRE_PLAN"


def _target(_: object, field: attrs.Attribute[Target], value: object) -> None:
    if not isinstance(value, Target):
        raise TypeError(f"{field.name} is a Target(provider, model), not {type(value).__name__}")


def _targets(targets: Iterable[Target]) -> tuple[Target, ...]:
    if isinstance(targets, Target):
        raise TypeError("fallbacks are several targets: Plan(first, [second])")
    return tuple(targets)


@attrs.frozen
class Plan(HoldsSecrets):
    """A primary target, and those that are asked when it gives no answer. Shows no key, and refuses to be pickled."""

    primary: Target = attrs.field(validator=_target)
    """The target that is asked first."""
    fallbacks: tuple[Target, ...] = attrs.field(
        default=(), converter=_targets, validator=attrs.validators.deep_iterable(_target)
    )
    """The others, in order."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """All of them, in order."""
        return (self.primary, *self.fallbacks)

    @classmethod
    def of(cls, plan: Plan | Target) -> Plan:
        """The plan itself; a target alone is a plan of one. Raises TypeError for anything else."""
        if isinstance(plan, Plan):
            return plan
        if isinstance(plan, Target):
            return Plan(plan)
        raise TypeError(f"a Plan or a Target is needed, not {type(plan).__name__}: Target('anthropic', 'model')")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """The plan that `DELTAWIRE_PLAN` names: `provider:model`, more of them behind commas, the primary first.

        An example: `anthropic:claude-sonnet-4-5, openai:gpt-5, ollama:qwen3:8b`; the first colon ends the provider's
        name. `openai` is Chat or Responses, by the model. Keys and base URLs come from the variables of the vendors'
        own SDKs, as `Target.from_env` reads them; a missing key shows once the target is asked, and the next one takes
        over. `env` is `os.environ` or any mapping.

        Raises ConfigurationError, saying why, if the variable is missing or no such list, if it names an unknown
        provider, or a model that OpenAI streams by neither endpoint.
        """
        entries = [entry.strip() for entry in env.get(_VARIABLE, "").split(",") if entry.strip()]
        if not entries:
            raise _unconfigured(f"{_VARIABLE} is not set: give it targets such as openai:gpt-5, ollama:qwen3:8b")
        primary, *fallbacks = (_read(entry, env) for entry in entries)
        return cls(primary, fallbacks)


def _read(entry: str, env: Mapping[str, str]) -> Target:
    provider, colon, model = (part.strip() for part in entry.partition(":"))
    if not (provider and colon and model):
        raise _unconfigured(f"{_VARIABLE} holds {entry!r}, which is not of the form provider:model")
    if provider != "openai" and provider not in VENDORS:
        hint = did_you_mean(provider, ["openai", *VENDORS])
        raise _unconfigured(f"{_VARIABLE} names the unknown provider {provider!r}{hint}")
    return Target.from_env(provider, model, env)


def _unconfigured(message: str) -> ConfigurationError:
    return ConfigurationError(Failure(FailureKind.UNCONFIGURED, message, retryable=False))
