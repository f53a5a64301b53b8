"""Keys: where they come from, what is wrong with them, and that nobody ever sees them."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.failures import Failure, FailureKind
from deltawire.requests import ConfigurationError, Request, Target, build_request
from deltawire.requests.credentials import key_fault
from deltawire.requests.vendors import VENDORS

CANARY = "sk-canary-7f3a9b"

FAULTS = [
    ("", "is empty"),
    ("{}\n", "line break"),
    ("{}\r\n", "line break"),
    ("\n{}", "line break"),
    ("{}\nX-Evil: 1", "line break"),
    ("{}\x00", "control character"),
    ("{}\x7f", "control character"),
    ("\x1b{}", "control character"),
    ("{} ", "white space around it"),
    ("\t{}", "white space around it"),
    ("   ", "white space around it"),
    ("{} {}", "white space"),
    ("{}\u200b", "outside ASCII"),
    ("\ufeff{}", "outside ASCII"),
    ("{}\u2028", "outside ASCII"),
    ("{}é", "outside ASCII"),
    ("Bearer {}", "`Bearer`"),
    ('"{}"', "quotation marks"),
    ("'{}'", "quotation marks"),
]
fault_table = pytest.mark.parametrize(("form", "words"), FAULTS, ids=[repr(form) for form, _ in FAULTS])
every_provider = pytest.mark.parametrize("provider", VENDORS)


def target_of(provider: str, key: str | None = None, **more: Any) -> Target:
    base = "https://r.openai.azure.com" if provider == "azure" else None
    return Target(provider, "anthropic.m", api_key=key, **{"base_url": base, "region": "us-east-1"} | more)


def told(action: Callable[[], object]) -> tuple[ConfigurationError, str]:
    """The error of `action`, and all that tools print of it, local variables of the package included."""
    try:
        action()
    except ConfigurationError as error:
        printed = [
            *traceback.format_exception(error),
            *traceback.TracebackException.from_exception(error, capture_locals=True).format(),
            repr(error),
            str(error),
            repr(error.failure),
        ]
        return error, "\n".join(printed)
    pytest.fail("built a request with a bad key")


@fault_table
def test_damaged_key_is_named_and_not_shown(form: str, words: str) -> None:
    target = target_of("openai-chat", form.format(CANARY, CANARY))
    error, printed = told(lambda: build_request(target, "hi"))
    assert words in error.failure.message
    assert "OPENAI_API_KEY" in error.failure.message
    assert error.failure.kind is FailureKind.UNCONFIGURED
    assert error.__cause__ is None
    assert CANARY not in printed


@every_provider
@fault_table
def test_no_provider_shows_a_damaged_key(provider: str, form: str, words: str) -> None:
    target = target_of(provider, form.format(CANARY, CANARY))
    error, printed = told(lambda: build_request(target, "hi"))
    assert words in error.failure.message
    assert CANARY not in printed + repr(target) + str(target)


STRAY = [
    (form, words) for form, words in FAULTS if words not in {"is empty", "white space", "`Bearer`", "quotation marks"}
]


@pytest.mark.parametrize(("form", "words"), STRAY, ids=[repr(form) for form, _ in STRAY])
def test_damaged_header_is_named_and_not_shown(form: str, words: str) -> None:
    target = target_of("openai-chat", headers={"X-Secret": form.format(CANARY)})
    error, printed = told(lambda: build_request(target, "hi"))
    assert "header X-Secret" in error.failure.message
    assert words in error.failure.message
    assert CANARY not in printed


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\n", "é", None])
def test_header_name_must_be_a_token(name: Any) -> None:
    error, _ = told(lambda: build_request(target_of("groq", "k", headers=[(name, "v")]), "hi"))
    assert "header name" in error.failure.message


def test_header_value_must_be_text() -> None:
    error, _ = told(lambda: build_request(target_of("groq", "k", headers=[("X-Number", 1)]), "hi"))
    assert "X-Number is not text" in error.failure.message


def test_key_must_be_text() -> None:
    error, printed = told(lambda: build_request(target_of("groq", CANARY.encode()), "hi"))  # type: ignore[arg-type]
    assert "is not text" in error.failure.message
    assert CANARY not in printed


@every_provider
def test_missing_key_names_its_variables(provider: str) -> None:
    vendor = VENDORS[provider]
    if vendor.key_required:
        error, _ = told(lambda: build_request(target_of(provider), "hi"))
        assert all(name in error.failure.message for name in vendor.key_variables)
    else:
        assert "authorization" not in {name.lower() for name, _ in build_request(target_of(provider), "hi").headers}


@every_provider
@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:9", "[::1]:9", "api.localhost"])
def test_server_on_this_machine_needs_no_key(provider: str, host: str) -> None:
    assert build_request(target_of(provider, base_url=f"http://{host}"), "hi")


@every_provider
def test_own_authorization_header_stands_for_the_key(provider: str) -> None:
    request = build_request(target_of(provider, headers={"authorization": f"Bearer {CANARY}"}), "hi")
    assert request.header("Authorization") == f"Bearer {CANARY}"
    assert CANARY not in repr(request)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("Authorization", True),
        ("x-api-key", True),
        ("Cookie", True),
        ("X-Amz-Security-Token", True),
        ("Ocp-Apim-Subscription-Key", True),
        ("HTTP-Referer", False),
        ("anthropic-beta", False),
    ],
)
def test_repr_hides_the_headers_that_may_hold_a_secret(name: str, hidden: bool) -> None:
    target = Target("groq", "m", headers={name: "shown-or-not"})
    assert ("shown-or-not" in repr(target)) is not hidden
    assert name in repr(target)


def test_repr_tells_everything_else() -> None:
    target = Target(
        "azure", "m", "k-123456", "https://u:p@h/v1?sig=1", organization="o", api_version="v", bearer=True, signer=id
    )
    assert repr(target) == (
        "Target('azure', 'm', api_key='***', base_url='https://h/v1', organization='o', api_version='v', "
        "bearer=True, signer=...)"
    )


@pytest.mark.parametrize("base", ["https://gw.example/{}/v1", "https://u:{}@h/v1", "u:{}@h:1", "https://u:a/{}@h/v1"])
def test_repr_hides_the_key_inside_the_address(base: str) -> None:
    target = Target("groq", "m", CANARY, base.format(CANARY))
    assert CANARY not in repr(target)
    assert "***" in repr(target)


printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
keys = st.builds("{}{}{}".format, st.text(), st.just(CANARY), st.text())


@given(keys, st.sampled_from(sorted(VENDORS)), st.text())
def test_key_is_never_shown_whatever_surrounds_it(key: str, provider: str, prompt: str) -> None:
    target = target_of(provider, key)
    shown = f"{target!r}{target}{target!s}"
    if key_fault(key) is None:
        request = build_request(target, prompt)
        shown += f"{request!r}{request}{request.url}"
        assert CANARY.encode() not in request.body
    else:
        shown += told(lambda: build_request(target, prompt))[1]
    assert CANARY not in shown


@given(printable)
def test_key_of_printable_characters_goes_out_as_it_is(key: str) -> None:
    if key_fault(key) is None:
        assert build_request(target_of("groq", key), "hi").header("Authorization") == f"Bearer {key}"
    else:
        assert key[0] in "\"'" or key[-1] in "\"'"


RECORDS = [Target("groq", "m", CANARY), Request("POST", "https://h/", (("Authorization", f"Bearer {CANARY}"),), b"{}")]
each_record = pytest.mark.parametrize("record", RECORDS, ids=["Target", "Request"])


@each_record
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_record_with_a_key_refuses_to_be_pickled(record: Any, protocol: int) -> None:
    with pytest.raises(TypeError, match=f"{type(record).__name__} holds credentials and cannot be pickled") as caught:
        pickle.dumps([record], protocol)
    assert CANARY not in str(caught.value)


@each_record
def test_copy_of_a_record_with_a_key_is_the_record(record: Any) -> None:
    assert copy.copy(record) is record
    assert copy.deepcopy([record])[0] is record


@each_record
def test_record_is_frozen_and_hashable(record: Any) -> None:
    assert hash(record) == hash(attrs.evolve(record))
    assert attrs.evolve(record) == record
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        record.headers = ()


def test_secrets_of_a_target_are_the_key_and_the_credential_headers() -> None:
    target = Target("groq", "m", CANARY, headers={"Cookie": "session", "Authorization": "Bearer other", "X-Title": "t"})
    assert target.secrets == (CANARY, "session", "other")
    assert Target("groq", "m").secrets == ()


def test_configuration_error_is_a_value_error_that_can_be_pickled() -> None:
    error = ConfigurationError(Failure(FailureKind.UNCONFIGURED, "No key", provider="groq"))
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, ValueError)
    assert again.failure == error.failure
    assert str(again) == "groq: No key."


ENVIRONMENTS = [
    ("openai-chat", {"OPENAI_API_KEY": "a", "OPENAI_BASE_URL": "https://b"}, {"api_key": "a", "base_url": "https://b"}),
    (
        "openai-responses",
        {"OPENAI_API_KEY": "a", "OPENAI_ORG_ID": "o", "OPENAI_PROJECT_ID": "p"},
        {"api_key": "a", "organization": "o", "project": "p"},
    ),
    ("anthropic", {"ANTHROPIC_API_KEY": "a", "ANTHROPIC_AUTH_TOKEN": "t"}, {"api_key": "a"}),
    (
        "anthropic",
        {"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": "https://b"},
        {"api_key": "t", "bearer": True, "base_url": "https://b"},
    ),
    ("grok", {"XAI_API_KEY": "a", "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "https://x"}, {"api_key": "a"}),
    ("groq", {"GROQ_API_KEY": "a", "GROQ_BASE_URL": "https://b"}, {"api_key": "a", "base_url": "https://b"}),
    ("ollama", {"OLLAMA_HOST": "0.0.0.0:1"}, {"base_url": "0.0.0.0:1"}),
    ("ollama-openai", {"OLLAMA_HOST": "box", "OLLAMA_API_KEY": "a"}, {"base_url": "box", "api_key": "a"}),
    ("gemini", {"GEMINI_API_KEY": "a", "GOOGLE_API_KEY": "b"}, {"api_key": "a"}),
    ("gemini-interactions", {"GOOGLE_API_KEY": "b"}, {"api_key": "b"}),
    ("gemini-openai", {"GOOGLE_API_KEY": "b"}, {"api_key": "b"}),
    ("cohere", {"CO_API_KEY": "a", "CO_API_URL": "https://b"}, {"api_key": "a", "base_url": "https://b"}),
    (
        "azure",
        {"AZURE_OPENAI_API_KEY": "a", "AZURE_OPENAI_ENDPOINT": "https://b", "OPENAI_API_VERSION": "v"},
        {"api_key": "a", "base_url": "https://b", "api_version": "v"},
    ),
    ("azure", {"AZURE_OPENAI_AD_TOKEN": "t"}, {"api_key": "t", "bearer": True}),
    ("bedrock", {"AWS_BEARER_TOKEN_BEDROCK": "a", "AWS_REGION": "r"}, {"api_key": "a", "region": "r"}),
    ("bedrock-invoke", {"AWS_DEFAULT_REGION": "r"}, {"region": "r"}),
    ("vllm", {}, {}),
    ("unknown", {"OPENAI_API_KEY": "a"}, {}),
]


@pytest.mark.parametrize(
    ("provider", "env", "fields"), ENVIRONMENTS, ids=[f"{p} {sorted(e)}" for p, e, _ in ENVIRONMENTS]
)
def test_target_from_environment(provider: str, env: dict[str, str], fields: dict[str, Any]) -> None:
    assert Target.from_env(provider, "m", env) == Target(provider, "m", **fields)


@every_provider
def test_every_provider_takes_its_key_from_its_first_variable(provider: str) -> None:
    env = {name: f"key {n}" for n, name in enumerate(VENDORS[provider].key_variables)}
    assert Target.from_env(provider, "m", env).api_key == "key 0"


def test_given_base_url_goes_before_the_environment() -> None:
    target = Target.from_env("openai-chat", "m", {"OPENAI_BASE_URL": "https://b"}, base_url="https://c")
    assert target.base_url == "https://c"


def test_openai_stands_for_the_schema_of_the_model() -> None:
    env = {"OPENAI_API_KEY": "a"}
    assert Target.from_env("openai", "gpt-5.5", env) == Target("openai-responses", "gpt-5.5", "a")
    assert Target("openai", "gpt-4o").provider == "openai-chat"
    with pytest.raises(ConfigurationError, match="speech model"):
        Target("openai", "tts-1")
