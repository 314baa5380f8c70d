"""What every route works with: the agent, the trained tools, the tokens and the limits, held by the application."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from agent import kept
from agent.reply import Done, TurnEvent, TurnRequest
from agent.surfaces.limits import Rates, Turns
from agent.surfaces.settings import ServerSettings
from agent.tokens import TokenBook
from tools.ctr.learner import Learner
from tools.slate import Slate

if TYPE_CHECKING:
    from agent.llm import LLM
    from tools.ctr.online import Online
    from tools.domain import Language
    from tools.toolbox import Toolbox


T = TypeVar("T")
Ts = TypeVarTuple("Ts")
AT_ONCE = 4  # threads that compute, at most: they share Python's lock


class Agent(Protocol):
    """What the surfaces need of `agent.turn.Agent`."""

    @property
    def llm(self) -> LLM | None: ...

    def run(self, request: TurnRequest) -> AsyncGenerator[TurnEvent, None]: ...

    async def compose_slate(self, slate: Slate, words: str, language: Language) -> str: ...


class Tools(Protocol):
    """What the surfaces need of `tools.toolbox.Live`. `current` raises BundleMissing until something is trained;
    `refresh` takes in at once what was put, deleted or erased, `teach` what was learned from events.
    """

    @property
    def last_error(self) -> str | None: ...

    def current(self) -> Toolbox: ...

    def refresh(self) -> Toolbox: ...

    def teach(self, box: Toolbox, online: Online) -> None: ...


class Engine(Protocol):
    """What the surfaces need of `engine_room.EngineRoom`: fetching, starting, ready, failed or stopped."""

    @property
    def state(self) -> str: ...


@dataclass(frozen=True)
class Services:
    agent: Agent
    live: Tools
    engine: Engine | None  # None: the server was started without a language model
    settings: ServerSettings
    tokens: TokenBook
    turns: Turns
    learner: Learner
    rates: Rates = field(default_factory=Rates)
    cores: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(min(AT_ONCE, os.cpu_count() or 1)))

    @asynccontextmanager
    async def turn(self, request: TurnRequest) -> AsyncGenerator[AsyncGenerator[TurnEvent, None], None]:
        """The events of one turn, within the limit of turns at once.

        Raises:
            TooManyTurns, ShuttingDown: as `Turns.turn`. BundleMissing: nothing is trained.
        """
        async with self.turns.turn():
            await self.box()
            async with aclosing(self.agent.run(request)) as events, aclosing(self._kept(request, events)) as heard:
                yield heard

    async def keep(self, slate: Slate) -> None:
        """Remember what is about to be shown, so that it can be explained."""
        await to_thread.run_sync(kept.keep, (await self.box()).store, slate)

    async def _kept(
        self, request: TurnRequest, events: AsyncGenerator[TurnEvent, None]
    ) -> AsyncGenerator[TurnEvent, None]:
        async for event in events:
            if isinstance(event, Done):
                words = next((m.content for m in reversed(request.messages) if m.role == "user"), None)
                shown, bundle = event.reply.slate, (await self.box()).bundle_id
                await self.keep(Slate(user_id=request.user_id, query=words, items=shown, bundle=bundle))
                self.learner.nudge(1)  # a turn may write down what the user said of an item
            yield event

    async def computed(self, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """The result of what takes a processor's time, in a thread when a core is free for it: more at once would end
        no sooner, and hold up what is quick, such as the keeping of an event.
        """
        return await to_thread.run_sync(work, *arguments, limiter=self.cores)

    async def box(self) -> Toolbox:
        """The tools of the current bundle; off the event loop, because a new bundle may have to be loaded."""
        return await to_thread.run_sync(self.live.current)


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _given(request: Request) -> Services:
    return services_of(request)  # a coroutine, because FastAPI runs plain functions in a thread


Given = Annotated[Services, Depends(_given)]
