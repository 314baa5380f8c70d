"""What another agent may do for one user: seven typed tools, the same over MCP (agent/surfaces/mcp.py) and in LangChain
(agent/langchain_tools.py).

The user is bound when the tools are made and is no argument of any. Results are pydantic models; `brief` is the same in
few words for a language model. Nothing here knows a protocol.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from anyio import to_thread
from pydantic import BaseModel, Field

from agent import lookups, phrases
from agent.compose import Kind
from agent.examples import compact
from agent.generate import Generator
from agent.kept import keep
from agent.language import detect
from agent.llm import Deadline, LLMUnavailable
from agent.lookups import Recommended, Recorded, Scores, UserProfile
from agent.persona import persona
from agent.untrusted import sanitize
from tools.domain import Language
from tools.errors import TastemakerError
from tools.recommend import recommend
from tools.slate import SlateItem

if TYPE_CHECKING:
    from agent.llm import LLM
    from tools.slate import Slate
    from tools.toolbox import Toolbox

NAMES = (
    "recommend",
    "search_items",
    "similar_items",
    "user_profile",
    "score_items",
    "record_feedback",
    "generate_text",
)
MAX_SCORED = 200
MAX_WORDS = 8_000  # characters
MAX_BRIEF, MAX_LINE = 6_000, 400
PATIENCE = 180.0  # seconds for the model to write a text to order
Gate = Callable[[], AbstractAsyncContextManager[None]]

Words = Annotated[str, Field(min_length=1, max_length=MAX_WORDS, description="the wish, in the user's own words")]
Count = Annotated[int, Field(ge=1, le=200, description="how many items at most")]
Wanted = Annotated[
    dict[str, Any] | None,
    Field(description='hard requirements by attribute, as {"year": {">=": 1985}, "tags": {"contains": "Comedy"}}'),
]
ItemId = Annotated[str, Field(description="an item_id of an earlier result")]


class Agent(Protocol):
    """What the tools need of `agent.turn.Agent`."""

    @property
    def llm(self) -> "LLM | None": ...

    async def compose_slate(self, slate: "Slate", words: str, language: Language) -> str: ...


class Live(Protocol):
    """What the tools need of `tools.toolbox.Live`."""

    def current(self) -> "Toolbox": ...


class Generated(BaseModel):
    """`degraded`: no language model wrote it. `held`: the text waits for a person to approve it, and `text` says so."""

    text: str
    degraded: bool = False
    held: bool = False


class NotWritten(TastemakerError):
    """No text came of it; the message says why and what to do."""


class UserTools:
    """The tools of one user. `gate` is entered around whatever makes the language model work."""

    def __init__(self, agent: Agent, live: Live, user_id: str, gate: Gate = nullcontext) -> None:
        self.agent = agent
        self.live = live
        self.user_id = user_id
        self._gate = gate

    async def recommend(
        self,
        query: Annotated[str | None, Field(max_length=MAX_WORDS, description="the wish; without it, by taste")] = None,
        k: Count = 5,
        filters: Wanted = None,
        exclude: Annotated[list[str] | None, Field(max_length=10_000, description="item_ids not to show")] = None,
        write: Annotated[bool, Field(description="also have a passage written about each item")] = False,
    ) -> Recommended:
        """Recommend items to the user from their taste and their wish, each with the evidence for it. Hard
        requirements in the wish are read from its words. When nothing satisfies them, `abstained` is true and `relax`
        says which one to drop. Show titles and facts exactly as given.
        """
        box, words = await self.box(), query or ""
        language = detect(words)
        slate = await to_thread.run_sync(recommend, box, self.user_id, query, k, filters, exclude or (), language)
        await to_thread.run_sync(keep, box.store, slate)
        if not write:
            return Recommended(**dict(slate))
        async with self._gate():
            text = await self.agent.compose_slate(slate, words, language)
        return Recommended(**dict(slate), text=text)

    async def search_items(self, query: Words, k: Count = 10, filters: Wanted = None) -> Recommended:
        """Search the catalogue by meaning and words. What the user has seen already is left out."""
        return await to_thread.run_sync(lookups.searched, await self.box(), self.user_id, query, k, filters)

    async def similar_items(
        self,
        like: Annotated[str, Field(min_length=1, max_length=200, description="an item_id, or a title")],
        k: Count = 10,
    ) -> Recommended:
        """Find items that go with one item: liked by the same people, or alike in content."""
        return await to_thread.run_sync(lookups.similar, await self.box(), self.user_id, like, k)

    async def user_profile(self, language: Language = "en") -> UserProfile:
        """What is known and inferred about the user: interests with weights, statistics, history, and a few sentences.
        With profiling switched off it is empty.
        """
        box = await self.box()
        profile, stated = await to_thread.run_sync(lookups.profile, box, self.user_id)
        told = await persona(None, box, profile, language, Deadline(0))
        return UserProfile(**dict(profile), persona=told, stated=stated)

    async def score_items(
        self,
        item_ids: Annotated[list[str], Field(min_length=1, max_length=MAX_SCORED)],
        language: Language = "en",
    ) -> Scores:
        """Estimate for each item how likely the user is to like it, and what moved the estimate."""
        return await to_thread.run_sync(lookups.scored, await self.box(), self.user_id, item_ids, language)

    async def record_feedback(
        self,
        item_id: ItemId,
        kind: Annotated[
            str, Field(max_length=64, description="like, dislike, view, or another kind of event")
        ] = "like",
        value: Annotated[float | None, Field(description="for kinds that have one, as in rate with 1 to 5")] = None,
        event_id: Annotated[str | None, Field(description="the same id twice is one event")] = None,
    ) -> Recorded:
        """Record what the user did with an item or thinks of it. Use it only for what the user really said or did."""
        return await to_thread.run_sync(
            lookups.recorded, await self.box(), self.user_id, item_id, kind, value, event_id
        )

    async def generate_text(
        self,
        task: Literal["summarize", "translate", "compose"],
        item_id: Annotated[str | None, Field(description="the item it is about")] = None,
        text: Annotated[str | None, Field(max_length=MAX_WORDS, description="the text, where no item is given")] = None,
        kind: Annotated[Kind | None, Field(description="what to compose; a blurb by default")] = None,
        language: Language | None = None,
    ) -> Generated:
        """Summarize or translate an item or a text, or compose one about an item for this user. Without `language` a
        summary is in the text's own, a translation in the other one, a composition in English.
        """
        generator = Generator(self.agent.llm, await self.box())
        async with self._gate():
            try:
                made = await generator.run(
                    task,
                    user=self.user_id,
                    deadline=Deadline(PATIENCE),
                    item_id=item_id,
                    text=text,
                    kind=kind,
                    language=language,
                )
            except LLMUnavailable as fault:
                message = f"there is no language model to {task} with now ({fault.reason}); try again later"
                raise NotWritten(message) from fault
        return Generated(text=made.text, degraded=made.degraded, held=made.review is not None)

    async def box(self) -> "Toolbox":
        """Off the event loop, because a new bundle may have to be loaded."""
        return await to_thread.run_sync(self.live.current)


def brief(result: BaseModel) -> str:
    """The result in few words, for a language model to read: titles and facts as data, without special tokens."""
    if not isinstance(result, Recommended):
        return sanitize(result.model_dump_json(exclude_none=True), MAX_BRIEF)
    if not result.items:
        relax = [f"{r.field} {r.operator} {r.value} (leaves {r.items})" for r in result.relax[:3]]
        return sanitize("Nothing satisfies this. " + ("Drop one of: " + "; ".join(relax) if relax else ""), MAX_BRIEF)
    lines = [f"{item.rank}. {_told(item, detect(result.query or ''))}" for item in result.items]
    return "\n".join([*lines, *([result.text] if result.text else [])])


def _told(item: SlateItem, language: Language) -> str:
    because = phrases.reasons(item.evidence, language)
    return sanitize(f"{item.title} [item_id {item.item_id}] {because} {compact(item.attributes)}", MAX_LINE)
