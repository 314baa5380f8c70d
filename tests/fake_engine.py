"""An OpenAI-compatible engine made of script: real HTTP on a loopback port, and it fails in every way an engine does.

    with FakeEngine() as fake:
        fake.script(Answer('{"calls": []}'), Reset(after=2), "plain text")   # one per request, in order
        fake.respond = lambda request: ...                                   # or decided from the request
        ...
        assert fake.requests[0].messages[0]["role"] == "system"

A request that no script covers gets the smallest valid instance of its JSON schema ("ok" without a schema). Nothing
here sleeps: `Answer(pause_after=n)` and `Hang` wait on events that the test sets, or for the client to go away.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

WAIT = 10.0  # seconds a test may wait on an event before it is a failure


class Clock:
    """Time that moves when a test says so; for deadlines and breakers."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Request:
    """One chat completion as it came over the wire. `disconnected` is set when the connection went before the end."""

    body: dict[str, Any]
    headers: dict[str, str]
    disconnected: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])

    @property
    def words(self) -> str:
        """Everything said in the request, for a `respond` function that looks for something."""
        return "\n".join(str(m.get("content") or "") for m in self.messages)

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that vLLM's structured outputs would hold the answer to."""
        asked = self.body.get("response_format") or {}
        return asked["json_schema"]["schema"] if asked.get("type") == "json_schema" else None


@dataclass
class Answer:
    """A good answer. `tool_calls` are (name, arguments) pairs; arguments given as a string go out as written.

    `pieces` fixes how a stream is cut (default: three characters each). With `pause_after=n` the stream stops after
    n pieces, sets `paused`, and goes on when the test sets `resume`.
    """

    text: str = ""
    tool_calls: Sequence[tuple[str, dict[str, Any] | str]] = ()
    pieces: Sequence[str] | None = None
    finish_reason: str | None = None
    cached_tokens: int = 0
    usage: bool = True
    pause_after: int | None = None
    paused: threading.Event = field(default_factory=threading.Event)
    resume: threading.Event = field(default_factory=threading.Event)

    def cut(self) -> list[str]:
        return (
            list(self.pieces)
            if self.pieces is not None
            else [self.text[i : i + 3] for i in range(0, len(self.text), 3)]
        )


@dataclass
class Status:
    """An HTTP error in OpenAI's shape."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "scripted failure"


@dataclass
class Reset:
    """The connection is reset (RST) after `after` streamed pieces of `text`; 0 resets it before any answer."""

    after: int = 0
    text: str = "a text that will never be whole"


@dataclass
class Hang:
    """Silence after `after` streamed pieces (0: not even headers) until the client goes away."""

    after: int = 0
    text: str = "a text that will never be whole"
    hanging: threading.Event = field(default_factory=threading.Event)


@dataclass
class Garbage:
    """A 200 with bytes that are neither JSON nor an event stream of it."""

    body: bytes = b'data: {"choices": [{\x00\xff\xfe nonsense\n\ndata: }}}\n\n'


@dataclass
class EarlyEnd:
    """The stream ends cleanly after `after` pieces: no finish reason, no usage, no [DONE]."""

    after: int = 2
    text: str = "a text that will never be whole"


Behaviour = Answer | Status | Reset | Hang | Garbage | EarlyEnd
Scripted = Behaviour | str | Callable[[Request], "Behaviour | str"]


class FakeEngine:
    """The engine. Use as a context manager, or through the `fake_engine` fixture."""

    def __init__(self, model: str = "fake-model", owned_by: str = "vllm") -> None:
        self.model = model
        self.owned_by = owned_by
        self.requests: list[Request] = []
        self.paths: list[str] = []
        self.respond: Callable[[Request], Behaviour | str | None] = lambda request: None
        self._queue: deque[Scripted] = deque()
        self._arrived = threading.Condition()
        self._port = 0
        self._start()

    # What tests use

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def script(self, *behaviours: Scripted) -> None:
        """Adds to what the next requests get, one each."""
        self._queue.extend(behaviours)

    def wait_requests(self, n: int) -> list[Request]:
        """Blocks until `n` chat requests have come in (call through asyncio.to_thread from async tests)."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= n, WAIT), f"{len(self.requests)} of {n} came"
        return self.requests

    def kill(self) -> None:
        """As kill -9: every open connection is reset, new ones are refused."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._drop)
            self._thread.join(WAIT)
            assert not self._thread.is_alive(), "the fake engine does not stop"

    def restart(self) -> None:
        """Comes back on the same port after `kill`."""
        self._start()

    def __enter__(self) -> FakeEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    # How it is served

    def _start(self) -> None:
        # asyncio sets TCP_NODELAY only where the protocol is spelled out; without it every exchange takes 40 ms more.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        listening.listen(512)
        self._port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            proxy_headers=False,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        self._server = uvicorn.Server(config)
        self._listening = listening
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="fake-engine", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server._serve(sockets=[self._listening]))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self._listening.close()

    def _drop(self) -> None:
        for server in getattr(self._server, "servers", []):
            server.close()
        for connection in list(self._server.server_state.connections):
            _reset(connection.transport)
        self._server.should_exit = True

    async def _app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        if scope["path"] == "/v1/models":
            await _json(
                send,
                200,
                {"object": "list", "data": [{"id": self.model, "object": "model", "owned_by": self.owned_by}]},
            )
        elif scope["path"] in ("/health", "/ping"):
            await _json(send, 200, {})
        elif scope["path"] == "/v1/chat/completions":
            await self._chat(scope, receive, send)
        else:
            await _json(send, 404, {"error": {"message": f"no route {scope['path']}", "code": 404}})

    async def _chat(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        request = Request(json.loads(body), {k.decode(): v.decode() for k, v in scope["headers"]})
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        left = asyncio.create_task(_disconnect(receive, request))
        try:
            await _Wire(request, send, left, self.model).perform(self._choose(request))
        finally:
            left.cancel()
            request.finished.set()

    def _choose(self, request: Request) -> Behaviour:
        chosen: Scripted | None = self._queue.popleft() if self._queue else self.respond(request)
        if callable(chosen):
            chosen = chosen(request)
        if chosen is None:
            chosen = json.dumps(minimal(request.schema)) if request.schema else "ok"
        return Answer(chosen) if isinstance(chosen, str) else chosen


@dataclass
class _Wire:
    """Performs one behaviour on one connection."""

    request: Request
    send: Any
    left: asyncio.Task[None]
    model: str

    async def perform(self, behaviour: Behaviour) -> None:
        streamed = bool(self.request.body.get("stream"))
        match behaviour:
            case Answer() if streamed:
                await self._stream(behaviour)
            case Answer():
                await self._hold(behaviour, 0)
                await _json(self.send, 200, self._whole(behaviour))
            case Status(code, headers, message):
                await _json(self.send, code, {"error": {"message": message, "code": code}}, headers)
            case Garbage(body):
                await self._open("text/event-stream" if streamed else "application/json")
                await self._bytes(body, last=True)
            case Reset(after, text):
                await self._begin(after, text, streamed)
                _reset(self.send.__self__.transport)
                await self.left
            case Hang(after, text, hanging):
                await self._begin(after, text, streamed)
                hanging.set()
                await self.left
            case EarlyEnd(after, text):
                await self._begin(max(after, 1), text, streamed)
                await self._bytes(b"", last=True)

    async def _begin(self, after: int, text: str, streamed: bool) -> None:
        if after:
            await self._open("text/event-stream" if streamed else "application/json")
            for piece in Answer(text).cut()[:after]:
                await self._event({"content": piece})

    async def _stream(self, answer: Answer) -> None:
        await self._open("text/event-stream")
        await self._event({"role": "assistant", "content": ""})
        for n, piece in enumerate(answer.cut()):
            await self._hold(answer, n)
            await self._event({"content": piece})
        await self._hold(answer, len(answer.cut()))
        for index, call in enumerate(_calls(answer, self.request)):
            await self._event({"tool_calls": [{"index": index, **call}]})
        await self._event({}, finish=_finish(answer))
        if answer.usage and (self.request.body.get("stream_options") or {}).get("include_usage"):
            await self._data({**self._envelope("chat.completion.chunk"), "choices": [], "usage": self._usage(answer)})
        await self._bytes(b"data: [DONE]\n\n", last=True)

    async def _hold(self, answer: Answer, n: int) -> None:
        if answer.pause_after == n:
            answer.paused.set()
            resumed = asyncio.create_task(asyncio.to_thread(answer.resume.wait, WAIT))
            await asyncio.wait([resumed, self.left], return_when=asyncio.FIRST_COMPLETED)
            answer.resume.set()  # a client that left frees the waiting thread too

    def _whole(self, answer: Answer) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
        if answer.tool_calls:
            message["tool_calls"] = _calls(answer, self.request)
        choice = {"index": 0, "message": message, "finish_reason": _finish(answer), "logprobs": None}
        usage = {"usage": self._usage(answer)} if answer.usage else {}
        return {**self._envelope("chat.completion"), "choices": [choice], **usage}

    def _usage(self, answer: Answer) -> dict[str, Any]:
        prompt, completion = len(self.request.words.split()), len(answer.cut()) + 10 * len(answer.tool_calls)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": answer.cached_tokens},
        }

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-fake", "object": kind, "created": 0, "model": self.model}

    async def _event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        await self._data({**self._envelope("chat.completion.chunk"), "choices": [choice]})

    async def _data(self, chunk: dict[str, Any]) -> None:
        await self._bytes(b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n")

    async def _open(self, content_type: str) -> None:
        headers = [(b"content-type", content_type.encode())]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})

    async def _bytes(self, body: bytes, last: bool = False) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": not last})


def minimal(schema: dict[str, Any]) -> Any:
    """The smallest instance of a JSON schema: required fields only, first enum value, lower bounds."""
    return _minimal(schema, schema.get("$defs", {}))


def _minimal(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _minimal(defs[schema["$ref"].rsplit("/", 1)[-1]], defs)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _minimal(schema[word][0], defs)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    return _SIMPLEST[kind[0] if isinstance(kind, list) else kind](schema, defs)


_SIMPLEST: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "object": lambda s, d: {name: _minimal(s["properties"][name], d) for name in s.get("required", [])},
    "array": lambda s, d: [_minimal(s["items"], d) for _ in range(s.get("minItems", 0))],
    "string": lambda s, d: "x" * s.get("minLength", 0),
    "integer": lambda s, d: s.get("minimum", 0),
    "number": lambda s, d: s.get("minimum", 0),
    "boolean": lambda s, d: False,
    "null": lambda s, d: None,
}


def _calls(answer: Answer, request: Request) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{len(request.messages)}_{n}",
            "type": "function",
            "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
        }
        for n, (name, args) in enumerate(answer.tool_calls)
    ]


def _finish(answer: Answer) -> str:
    return answer.finish_reason or ("tool_calls" if answer.tool_calls else "stop")


async def _disconnect(receive: Any, request: Request) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    request.disconnected.set()


def _reset(transport: Any) -> None:
    raw = transport.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _json(send: Any, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    raw = [(k.lower().encode(), v.encode()) for k, v in {"content-type": "application/json", **(headers or {})}.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


@pytest.fixture
def fake_engine() -> Iterator[FakeEngine]:
    with FakeEngine() as fake:
        yield fake
