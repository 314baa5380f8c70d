"""The one way to talk to the engine: any OpenAI-compatible server, with deadlines, one retry loop and a breaker.

Knows nothing of prompts or turns. `complete` and `stream` use the plain openai client, `chat_model` (for react)
langchain's: for a streamed answer of 74 tokens ChatOpenAI took 24 ms of processor time beside 9 ms (2.8 ms beside
1.7 ms unstreamed, 2-core x86), and a turn has 40 ms for everything that is not the model.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from agent.attempts import Attempts, Deadline, LLMUnavailable
from agent.breaker import Breaker
from agent.completion import Completion, Stream

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI
    from openai import AsyncOpenAI

__all__ = ["LLM", "Completion", "Deadline", "LLMUnavailable", "Stream", "salt_for"]

T = TypeVar("T")
ChatMessage = Mapping[str, Any]  # {"role": ..., "content": ...}


def salt_for(user_id: str) -> str:
    """The user's `cache_salt`: prefix-cache entries are not shared between users, and the engine learns no id."""
    return hashlib.sha256(b"tastemaker cache salt\0" + user_id.encode()).hexdigest()[:32]


class LLM:
    """Client of one engine. Belongs to the event loop that first uses it; close it with `aclose`.

    `ready` says whether the engine is up (a child that is still loading is not asked). An engine that stays silent for
    `first_token_timeout` seconds at the start, or `idle_timeout` later, is taken for dead whatever the deadline says.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        *,
        api_key: str = "none",
        connect_timeout: float = 1.0,
        first_token_timeout: float = 30.0,
        idle_timeout: float = 10.0,
        max_tokens: int = 1024,
        breaker: Breaker | None = None,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self.base_url = base_url
        self.max_tokens = max_tokens
        self.attempts = Attempts(base_url, breaker or Breaker(), ready)
        self._model = model
        self._vllm: bool | None = None  # unknown until the engine has been asked
        self._api_key = api_key
        self._connect_timeout = connect_timeout
        self._first_token_timeout = first_token_timeout
        self._idle_timeout = idle_timeout
        self._client = self._connect()
        self._chat: ChatOpenAI | None = None

    async def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int | None = None,
        deadline: Deadline,
        salt: str,
    ) -> Completion:
        """The whole answer, held to `schema` by the engine's structured outputs when one is given.

        Raises:
            LLMUnavailable: nothing whole came; `reason` says why.
        """
        # Streamed underneath: that is how a dead engine is told from a slow one.
        async with self.stream(messages, schema=schema, max_tokens=max_tokens, deadline=deadline, salt=salt) as stream:
            async for _ in stream:
                pass
        return stream.completion

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int | None = None,
        deadline: Deadline,
        salt: str,
    ) -> Stream:
        """The answer as it is written: `async with llm.stream(...) as s: async for piece in s: ...; s.completion`.

        Leaving the block early closes the connection, which makes the engine stop generating.

        Raises:
            LLMUnavailable: from the iteration, at the start or after some pieces.
        """
        limit = min(max_tokens or self.max_tokens, self.max_tokens)
        body: dict[str, Any] = {"messages": list(messages), "max_tokens": limit}
        if schema is not None:
            asked = {"name": "answer", "schema": dict(schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": asked}
        stream = Stream()
        stream.pieces = self.attempts.stream(lambda: self._attempt(body, salt, deadline, stream), deadline)
        return stream

    async def chat_model(self, deadline: Deadline, salt: str) -> ChatOpenAI:
        """LangChain's client on the same engine; run each call of it through `attempts.call`.

        It does not stream when tools are bound: vLLM's streamed tool calls can lose arguments.
        """
        await self.attempts.call(self._describe, deadline)
        if self._chat is None:
            self._chat = self._connect_langchain()
        return self._chat.model_copy(update={"extra_body": self._extra(salt)})  # a new client takes 40 ms

    def watch(self, hook: Callable[[Any], Awaitable[None]]) -> None:
        """`hook(request)` is awaited with every HTTP request before it goes to the engine."""
        self._client._client.event_hooks["request"].append(hook)

    async def aclose(self) -> None:
        await self._client.close()

    async def _attempt(
        self, body: Mapping[str, Any], salt: str, deadline: Deadline, answer: Stream
    ) -> AsyncGenerator[str, None]:
        answer.begin()
        patience = min(self._first_token_timeout, deadline.remaining())
        first_by = time.perf_counter() + patience
        async with asyncio.timeout(patience):
            await self._describe()
            response = await self._client.chat.completions.create(
                model=self._model or "",
                temperature=0,
                seed=0,
                stream=True,
                stream_options={"include_usage": True},
                extra_body=self._extra(salt),
                **body,
            )
        try:
            chunks = aiter(response)
            while (chunk := await self._next(chunks, first_by, deadline, answer)) is not None:
                if piece := answer.take(chunk):
                    yield piece
        finally:
            await response.close()
        answer.end()

    async def _next(self, chunks: AsyncIterator[T], first_by: float, deadline: Deadline, answer: Stream) -> T | None:
        """The next chunk in time, None at the end."""
        left = deadline.remaining()
        patience = self._idle_timeout if answer.alive else first_by - time.perf_counter()
        try:
            async with asyncio.timeout(min(patience, left)):
                return await anext(chunks, None)
        except TimeoutError as error:
            if answer.alive and left < patience:  # the engine is well, the turn is out of time
                message = "the turn's time ran out while the engine was writing"
                raise LLMUnavailable("timeout", message, counts=False) from error
            raise

    async def _describe(self) -> None:
        """Asks once for the model's name, and whether this is vLLM (others refuse its extra fields)."""
        if self._vllm is None:
            listed = (await self._client.models.list()).data
            if not listed:
                raise LLMUnavailable("broken", f"the engine at {self.base_url} serves no model")
            self._model = self._model or listed[0].id
            self._vllm = any(model.owned_by == "vllm" for model in listed)

    def _extra(self, salt: str) -> dict[str, Any]:
        # A hybrid model that thinks first would spend the turn's tokens on it; other templates ignore the switch.
        return {"cache_salt": salt, "chat_template_kwargs": {"enable_thinking": False}} if self._vllm else {}

    def _timeout(self, read: float | None) -> Any:
        from openai import Timeout

        return Timeout(read, connect=self._connect_timeout, pool=self._connect_timeout)

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # half a second, spent by those who want an engine

        return AsyncOpenAI(
            base_url=self.base_url,
            api_key=self._api_key,
            max_retries=0,
            timeout=self._timeout(None),
            http_client=DefaultAsyncHttpxClient(trust_env=not _loopback(self.base_url)),
        )

    def _connect_langchain(self) -> ChatOpenAI:
        from pydantic import SecretStr

        from agent.tool_model import ToolModel

        return ToolModel(
            model=self._model or "",
            base_url=self.base_url,
            api_key=SecretStr(self._api_key),
            http_async_client=self._client._client,
            timeout=self._timeout(None),
            max_retries=0,
            stream_usage=True,
            disable_streaming="tool_calling",
            temperature=0,
            seed=0,
            max_completion_tokens=self.max_tokens,
        )


def _loopback(url: str) -> bool:
    """Whether the engine is on this machine; then no proxy from the environment stands between."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
