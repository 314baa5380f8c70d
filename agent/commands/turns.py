"""`ask` and `chat`: whole turns, with the engine started for them when no URL names one."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import AsyncExitStack, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from agent.commands.options import (
    HERE,
    Engines,
    HomeOption,
    JsonOption,
    ModelOption,
    NoLlmOption,
    UrlOption,
    UserOption,
    trained,
    user_id,
)
from agent.commands.output import emit, failed, note, say
from tools.errors import InvalidInput, TastemakerError

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from agent.reply import Reply, TurnRequest
    from agent.turn import Agent

T = TypeVar("T")
WAKE = 0.1  # seconds


class Mode(StrEnum):
    plan = "plan"
    react = "react"


ModeOption = Annotated[Mode, typer.Option(help="plan: two calls to the model; react: it calls tools freely.")]
CountOption = Annotated[int, typer.Option("-k", min=1, max=50, help="Most items in one reply.")]


def ask(
    words: Annotated[str, typer.Argument(help="What the user says, in English or Chinese.")],
    user: UserOption,
    k: CountOption = 4,
    mode: ModeOption = Mode.plan,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """One full turn: the answer as it is written, then what it took."""
    if not words.strip():
        raise InvalidInput("the words are empty; say something", "words")
    engines, who, place = Engines.read(llm_url, llm_model, no_llm), user_id(user), trained(home)

    async def turn() -> Reply:
        from agent.commands.session import ready, speak

        async with ready(place, engines) as agent:
            return await speak(agent, _request(who, words, mode, k), quiet=as_json)

    with place.owned("tastemaker ask"):
        reply = asyncio.run(turn())
    if as_json:
        emit(reply.model_dump(mode="json"))


def chat(
    user: UserOption,
    k: CountOption = 4,
    mode: ModeOption = Mode.plan,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """A conversation: one message a line. Ctrl-C stops an answer, Ctrl-D ends."""
    from anyio.from_thread import start_blocking_portal

    from agent.commands.session import ready

    engines, who, place = Engines.read(llm_url, llm_model, no_llm), user_id(user), trained(home)
    conversation, replies = uuid.uuid4().hex, []
    with place.owned("tastemaker chat"), start_blocking_portal() as portal:
        open_now = AsyncExitStack()
        agent = _result(portal.start_task_soon(open_now.enter_async_context, ready(place, engines)))
        try:
            for words in _lines():
                reply = _answer(portal, agent, _request(who, words, mode, k, conversation), as_json)
                if reply is not None:
                    replies.append(reply.model_dump(mode="json"))
        finally:
            portal.call(open_now.aclose)
    if as_json:
        emit({"conversation_id": conversation, "replies": replies})


def _request(user: str, words: str, mode: Mode, k: int, conversation: str | None = None) -> TurnRequest:
    from agent.reply import Message, TurnRequest

    message = Message(role="user", content=words)
    return TurnRequest(user_id=user, messages=[message], mode=mode.value, k=k, conversation_id=conversation)


def _lines() -> Iterator[str]:
    """What is typed, line by line, until the input ends; blank lines are passed over."""
    with suppress(ImportError):
        import readline  # noqa: F401 -- gives input() arrow keys and a history
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt)
        except (EOFError, KeyboardInterrupt):
            if prompt:
                say("")
            return
        if line.strip():
            yield line


def _answer(portal: BlockingPortal, agent: Agent, request: TurnRequest, quiet: bool) -> Reply | None:
    """The turn's reply; None when it was interrupted or could not be made, which ends no conversation."""
    from agent.commands.session import speak

    try:
        return _result(portal.start_task_soon(speak, agent, request, quiet))
    except KeyboardInterrupt:
        say("")
        note("Stopped.")
    except TastemakerError as error:
        failed(error, as_json=False)
    return None


def _result(future: Future[T]) -> T:
    """Wait for it; Ctrl-C cancels it. The wait is woken now and then: a system may give the signal to another thread,
    and this one would sleep on.
    """
    try:
        while not wait([future], timeout=WAKE).done:
            pass
        return future.result()
    except KeyboardInterrupt:
        future.cancel()
        raise


COMMANDS = (ask, chat)
