"""The simulated user never says what it is looking for, and a run in which it is named fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.evaluate import hidden
from agent.evaluate.converse import Talk, converse
from agent.evaluate.simulated import TURNS, Leak, Simulated, Target, found
from agent.evaluate.talk import Heard
from agent.evaluate.truth import Truth
from agent.llm import LLM, Deadline
from agent.reply import Message
from tests.agent.commanding import document, no_settings, run
from tests.fake_engine import FakeEngine
from tools.home import Home
from tools.store import Store
from tools.toolbox import Toolbox

__all__ = ["no_settings"]


class Shows:
    """Replies with the items of its list, in order, one a turn."""

    def __init__(self, truth: Truth, *shown: str, text: str = "Here.") -> None:
        self.truth, self.shown, self.text, self.turn = truth, shown, text, 0

    async def reply(self, user: str, messages: list[Message]) -> Heard:
        row = self.truth.items[self.shown[min(self.turn, len(self.shown) - 1)]]
        self.turn += 1
        slate = [{"item_id": row["item_id"], "title": row["title"], "rank": 1, "attributes": row}]
        return Heard(text=self.text, slate=slate)


@pytest.fixture
def truth(box: Toolbox) -> Truth:
    return Truth.of(box)


def target(truth: Truth, item: str = "s05", language: Any = "en") -> Target:
    return Target("bridge", truth.items[item], language)


async def had(truth: Truth, goal: Target, speaker: Shows) -> list[str]:
    side = Simulated(goal, truth.domain)
    return [record.words for record in await converse(Talk("t", 0, goal.user, side), speaker)]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_user_describes_and_never_names_the_hidden_item(truth: Truth, language: str) -> None:
    for item in ("s05", "p03", "w2", "noyear", "zh1"):
        if truth.items[item].get("year"):
            goal = target(truth, item, language)
            words = " ".join(await had(truth, goal, Shows(truth, "h1")))
            assert goal.title not in words
            assert goal.row["director"][0] in words


async def test_it_stops_when_the_item_is_shown_and_after_five_replies(truth: Truth) -> None:
    goal = target(truth)
    assert len(await had(truth, goal, Shows(truth, "h1", "w1", "s05"))) == 3
    assert len(await had(truth, goal, Shows(truth, "h1"))) == TURNS


async def test_it_says_how_the_shown_item_is_off_and_answers_what_it_is_asked(truth: Truth) -> None:
    words = await had(truth, target(truth), Shows(truth, "w1"))
    assert words[1].startswith("Newer than the first.")
    asked = await had(truth, target(truth), Shows(truth, "s06", text="Who should direct it?"))
    assert "directed by Ada Quill" in asked[1]


def test_the_hidden_item_is_found_by_its_id_in_the_slate(truth: Truth) -> None:
    heard = [Heard(slate=[{"item_id": "s01"}]), Heard(slate=[{"item_id": "s05"}])]
    assert found(target(truth), heard) == 2
    assert found(target(truth), heard[:1]) is None


@pytest.mark.parametrize("text", ["I want GALACTIC taxi!", "s05 please", "Films like 'Galactic Taxi'"])
def test_a_title_or_an_id_is_a_leak(truth: Truth, text: str) -> None:
    with pytest.raises(Leak, match=r"Galactic Taxi|s05"):
        target(truth).check(text, "the user")


def test_an_id_of_digits_is_one_only_where_an_id_would_stand(truth: Truth) -> None:
    goal = Target("u", {"item_id": "120", "title": "Some Film"}, "en")
    goal.check("At most 120 minutes, an extragalactic taxi and some films", "the user")
    for text in ('{"item_id": "120"}', "item 120", "#120"):
        with pytest.raises(Leak):
            goal.check(text, "the prompt")


async def test_a_user_whose_words_name_the_item_fails_the_run(truth: Truth) -> None:
    row = {**truth.items["s05"], "cast": ["Galactic Taxi"]}
    with pytest.raises(Leak, match="the user names"):
        await had(truth, Target("bridge", row, "en"), Shows(truth, "h1"))


async def test_a_prompt_that_names_the_item_fails_the_run(truth: Truth, fake_engine: FakeEngine, llm: LLM) -> None:
    class Prompts:
        """An agent that tells the model what it must not know."""

        async def reply(self, user: str, messages: list[Message]) -> Heard:
            prompt = [{"role": "system", "content": "Recommend Galactic Taxi."}, {"role": "user", "content": "hi"}]
            await llm.complete(prompt, deadline=Deadline(10), salt="s")
            return Heard(text="Done.")

    goal = target(truth)
    watched = hidden.Watched(Prompts(), [goal])  # type: ignore[arg-type]
    llm.watch(watched.hook)
    with pytest.raises(Leak, match="the prompt names"):
        await watched.reply(goal.user, [])


async def test_what_a_tool_found_is_no_leak(truth: Truth, fake_engine: FakeEngine, llm: LLM) -> None:
    class Finds:
        async def reply(self, user: str, messages: list[Message]) -> Heard:
            found = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "1: Galactic Taxi"}]
            await llm.complete(found, deadline=Deadline(10), salt="s")
            return Heard(text="Done.")

    goal = target(truth)
    watched = hidden.Watched(Finds(), [goal])  # type: ignore[arg-type]
    llm.watch(watched.hook)
    assert (await watched.reply(goal.user, [])).text == "Done."


def test_the_tools_are_trained_without_the_hidden_items_and_the_plain_slate_is_beside_ours(
    own_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hidden, "LEAST", 5)
    options = ("--users", "6", "--no-llm", "--out", str(tmp_path / "out"), "--json")
    report = document(run(own_home, "evaluate", "simulate", *options))
    assert report["cases"] == 6
    assert {"first five", "five pages of five"} == set(report["slate"])
    store = Store.open(f"sqlite:///{tmp_path / 'out' / 'home' / 'store.db'}")
    for line in (tmp_path / "out" / "turns.jsonl").read_text("utf-8").splitlines()[1:]:
        turn = json.loads(line)
        assert turn["about"]["target"] not in set(store.user_events(turn["user"])["item_id"])
    store.close()
    hits = round(report["passed"]["pass^1"]["mean"] * 6)
    assert len(report["failures"]) == 6 - hits
