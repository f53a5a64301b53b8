"""Bodies of Bedrock: Converse, and the vendors' own through InvokeModel.

Converse: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from ..dialects import DIALECTS
from .anthropic import answer_limit, claude_body, claude_thinking
from .chat import chat_fields, chat_messages
from .conversation import Conversation, Options, Tool, is_mapping, plain_text
from .credentials import unconfigured
from .target import Target
from .urls import endpoint, mended_path, path_segment

__all__ = ["bedrock_url", "converse_body", "invoke_body"]

ANTHROPIC_VERSION = "bedrock-2023-05-31"
_EFFORTS = {"minimal": "low"}
_REGION = re.compile(r"[a-z0-9-]+")
# The vendor stands in model ids and in the ARNs of system-defined inference profiles.
_VENDOR = re.compile(r"(?:^|[./])(anthropic|amazon\.nova|openai|moonshotai|moonshot|qwen|minimax|zai)[.-]")


def vendor_of(model: str) -> str | None:
    """Whose body a model takes, as far as its id tells."""
    match = _VENDOR.search(model)
    return match[1] if match else None


def bedrock_url(target: Target) -> str:
    """The URL of the model's stream, in the target's region unless there is a base URL."""
    region = target.region or ""
    if target.base_url is None and not _REGION.fullmatch(region):
        raise unconfigured(target.provider, "No region: pass region, or set AWS_REGION")
    suffix = ".cn" if region.startswith("cn-") else ""
    base = urlsplit(target.base_url or f"https://bedrock-runtime.{region}.amazonaws.com{suffix}")
    action = "converse-stream" if target.provider == "bedrock" else "invoke-with-response-stream"
    path = f"{mended_path(base.path, ())}/model/{path_segment(target, target.model)}/{action}"
    return endpoint(base, path)


def converse_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of ConverseStream; the model and that it streams are in the URL."""
    options = conversation.options
    if conversation.one_call_at_a_time:
        raise unconfigured(target.provider, "Converse has no request field against parallel tool calls")
    system, messages = conversation.system_and_rest()
    body: dict[str, Any] = {"messages": [_message(message) for message in messages]}
    if system:
        body["system"] = [{"text": part} if isinstance(part, str) else part for part in system]
    config: dict[str, Any] = {}
    claude = vendor_of(target.model) == "anthropic"
    if options.max_tokens is not None or (claude and options.budget is not None):
        config["maxTokens"] = answer_limit(options) if claude else options.max_tokens
    if options.stop:
        config["stopSequences"] = list(options.stop)
    if config:
        body["inferenceConfig"] = config
    if conversation.tools and options.tool_choice != "none":
        body["toolConfig"] = _tool_config(conversation)
    return body | _reasoning(target, options)


def _message(message: Any) -> Any:
    plain = plain_text(message)
    return message if plain is None else {"role": plain[0], "content": [{"text": plain[1]}]}


def _tool_config(conversation: Conversation) -> dict[str, Any]:
    config: dict[str, Any] = {"tools": [_tool(tool) if isinstance(tool, Tool) else tool for tool in conversation.tools]}
    choice = conversation.options.tool_choice
    if is_mapping(choice):
        config["toolChoice"] = choice
    elif choice is not None:
        word = {"auto": "auto", "required": "any"}.get(str(choice))
        config["toolChoice"] = {word: {}} if word else {"tool": {"name": choice}}
    return config


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    strict = {"strict": tool.strict} if tool.strict is not None else {}
    return {"toolSpec": {"name": tool.name, **described, "inputSchema": {"json": tool.schema}, **strict}}


def _reasoning(target: Target, options: Options) -> dict[str, Any]:
    if options.thinks is None:
        return {}
    vendor = vendor_of(target.model)
    if vendor == "anthropic":
        thinking = claude_thinking(options)
        fields = {"additionalModelRequestFields": {"thinking": thinking}} if thinking else {}
        effort = _EFFORTS.get(str(options.effort), options.effort)
        return fields | ({"outputConfig": {"effort": effort}} if effort not in {None, "none"} else {})
    if vendor == "amazon.nova":
        return {"additionalModelRequestFields": {"reasoningConfig": _nova(options)}}
    effort = options.level
    if vendor == "openai" and effort is not None:
        return {"additionalModelRequestFields": {"reasoning_effort": effort}}
    if effort is not None and effort != "none":
        return {"outputConfig": {"effort": effort}}
    if options.thinks:
        return {}
    raise unconfigured(target.provider, f"Converse has no request field that keeps {target.model} from reasoning")


def _nova(options: Options) -> dict[str, Any]:
    if not options.thinks:
        return {"type": "disabled"}
    return {"type": "enabled", "maxReasoningEffort": _EFFORTS.get(str(options.level), options.level or "medium")}


def invoke_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of InvokeModelWithResponseStream in the vendor's own schema, told by the model id."""
    vendor = vendor_of(target.model)
    if vendor == "anthropic":
        body: dict[str, Any] = {"anthropic_version": target.api_version or ANTHROPIC_VERSION}
        beta = target.header("anthropic-beta")
        if beta is not None:
            # Bedrock takes the list in the body, where others take a header.
            body["anthropic_beta"] = [word.strip() for word in beta.split(",")]
        return body | claude_body(conversation)
    if vendor == "amazon.nova":
        body = converse_body(target, conversation)
        reasoning: dict[str, Any] = body.pop("additionalModelRequestFields", {})
        return {"schemaVersion": "messages-v1"} | body | reasoning
    if vendor is not None:
        fields = chat_fields(DIALECTS["openai-chat"], conversation)
        return {"messages": chat_messages(conversation)} | fields
    if not conversation.messages:
        return {}
    raise unconfigured(
        target.provider,
        f"The body that {target.model} takes is not known: use the provider bedrock, or pass the body as extra",
    )
