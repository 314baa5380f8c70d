"""LangChain's client for a model that calls tools, forgiving where LangChain is not.

A model may write arguments that are no JSON object. LangChain stumbles over them or drops the call, and the model never
learns of its mistake; here they become an argument that no tool has, which the tool refuses with words to mend it.
"""

from __future__ import annotations

import json
from typing import Any

import openai
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI

KEPT = 200  # characters of wrong arguments that are quoted back


class ToolModel(ChatOpenAI):
    """`ChatOpenAI` whose tool calls always have an object for arguments."""

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        answer = response if isinstance(response, dict) else response.model_dump(warnings=False)
        for choice in answer.get("choices") or ():
            for call in (choice.get("message") or {}).get("tool_calls") or ():
                function = call.get("function") or {}
                function["arguments"] = as_object(function.get("arguments"))
        return super()._create_chat_result(answer, generation_info)


def as_object(arguments: Any) -> str:
    """JSON of an object: the arguments as they are, {} for none, else what was written under "arguments"."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    try:
        read = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        read = text
    if read is None:
        return "{}"
    return text if isinstance(read, dict) and text.strip() else json.dumps({"arguments": text[:KEPT]} if read else {})
