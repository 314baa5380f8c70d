"""The scripted user and the judge, with an agent that the test plays."""

from __future__ import annotations

import pytest

from agent.evaluate.converse import Talk, converse
from agent.evaluate.log import Record
from agent.evaluate.scripted import MOST_TURNS, Judge, Scripted
from agent.evaluate.talk import Heard
from agent.evaluate.task_report import task_report
from agent.evaluate.worlds.make import WORLDS, Material, Task, make
from agent.reply import Message


@pytest.fixture(scope="module")
def material() -> Material:
    return make(WORLDS["games"])


class Says:
    """Replies with one text and one slate of item ids each time; abstains when the slate is empty."""

    def __init__(self, text: str, *slate: str) -> None:
        self.text, self.slate = text, slate

    async def reply(self, user: str, messages: list[Message]) -> Heard:
        items = [{"item_id": i, "title": i, "rank": n, "attributes": {}} for n, i in enumerate(self.slate, 1)]
        return Heard(text=self.text, slate=items, abstained=not items)


def some(material: Material, kind: str, language: str = "en") -> Task:
    return next(t for t in material.tasks if (t.kind, t.language, t.changes) == (kind, language, None))


async def talk(material: Material, task: Task, speaker: Says, seed: int = 0) -> list[Record]:
    return await converse(Talk(task.id, 0, task.user, Scripted(task, material, seed)), speaker)  # type: ignore[arg-type]


def told(record: Record) -> list[str]:
    return list(record.about["told"])


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_requirements_are_told_one_by_one_and_all_of_them_before_anything_is_taken(
    material: Material, language: str
) -> None:
    task = some(material, "open", language)
    right = Says("Here.", *task.answers)
    turns = await talk(material, task, right)
    assert [len(told(turn)) for turn in turns] == list(range(1, len(task.wants) + 1))
    for turn, want in zip(turns, task.wants, strict=True):
        assert any(sentence in turn.words for sentence in want.sentences[task.language])
    assert Judge(material).fault(task, turns) == ""


async def test_a_hidden_requirement_is_told_when_its_attribute_is_asked_about_and_not_otherwise(
    material: Material,
) -> None:
    task = next(t for t in material.tasks if t.language == "en" and "year" in t.hidden)
    silent = await talk(material, task, Says("I like the year 2015. Here you are."))
    asking = await talk(material, task, Says("From which year should it be?"))
    assert not task.hidden & set(told(silent[-1]))
    assert "year" in told(asking[-1])
    assert "(never asked about: " in Judge(material).fault(task, silent)
    [want] = [want for want in task.wants if want.trait == "year"]
    assert any(sentence in asking[1].words for sentence in want.sentences["en"])


async def test_an_item_that_will_do_is_never_called_wrong(material: Material) -> None:
    wrong = ("Not quite", "not that one", "还不太对", "这个不行")
    for task in [task for task in material.tasks if task.kind == "open"]:
        words = " ".join(turn.words for turn in await talk(material, task, Says("Here.", *task.answers)))
        assert not any(said in words for said in wrong)
    task = some(material, "open")
    said = [t.words for seed in range(8) for t in await talk(material, task, Says("Here.", "g999"), seed)]
    assert any(words.startswith(("Not quite", "Thanks, but not that one")) for words in said)


async def test_a_question_about_what_does_not_matter_is_answered_so(material: Material) -> None:
    task = next(t for t in material.tasks if t.language == "zh" and all(w.trait != "price" for w in t.wants))
    turns = await talk(material, task, Says("您的预算是多少？"))
    assert any(words in turns[1].words for words in ("这个无所谓。", "这方面没有要求。"))


async def test_a_task_without_an_answer_succeeds_only_by_abstaining(material: Material) -> None:
    task, judge = some(material, "none"), Judge(material)
    assert judge.fault(task, await talk(material, task, Says("Nothing fits."))) == ""
    assert "where nothing will do" in judge.fault(task, await talk(material, task, Says("This one.", "g001")))


async def test_only_the_first_item_counts_and_the_fault_says_what_it_breaks(material: Material) -> None:
    task, judge = some(material, "open"), Judge(material)
    [good, *_] = task.answers
    bad = next(item["item_id"] for item in material.items if item["item_id"] not in task.answers)
    turns = await talk(material, task, Says("Here.", bad, good))
    fault = judge.fault(task, turns)
    assert fault.startswith(f"'{bad}': ")
    assert any(words in fault for words in (" is ", "seen before", "not to be had"))
    assert len(turns) == len(task.wants) + 2  # and twice that it does not fit


async def test_recommending_nothing_fails_where_something_will_do(material: Material) -> None:
    task = some(material, "open")
    assert "recommended nothing" in Judge(material).fault(task, await talk(material, task, Says("Sorry.")))


async def test_what_was_said_wrong_is_taken_back_and_held_against_the_slate_of_its_time(material: Material) -> None:
    task = next(t for t in material.tasks if t.changes and t.kind == "open")
    [want] = [want for want in task.wants if want.trait == task.changes]
    turns = await talk(material, task, Says("Here.", *task.answers))
    said = [any(s in t.words for s in want.sentences[task.language]) for t in turns]
    loose = [t.about["loose"] for t in turns]
    assert said[-1] or said[-2]
    assert [task.changes] in loose
    assert loose[-1] == []
    assert all(fault == "" for turn in turns for fault in Judge(material).kept(task, turn))


async def test_no_conversation_is_endless(material: Material) -> None:
    asks = Says("What is your budget? How many players? What year? Which language? What category?")
    for task in material.tasks[:10]:
        assert len(await talk(material, task, asks)) <= MOST_TURNS


async def test_another_trial_has_other_words_for_the_same_task(material: Material) -> None:
    task = some(material, "open")
    words = {
        tuple(t.words for t in await talk(material, task, Says("Here.", *task.answers), seed)) for seed in range(6)
    }
    assert len(words) > 1


async def test_the_report_counts_success_items_that_keep_their_word_and_questions(
    material: Material, box: object
) -> None:
    tasks = [some(material, kind) for kind in ("open", "asked", "none")]
    talks = {(t.id, 0): await talk(material, t, Says("Here.", *sorted(t.answers)[:1])) for t in tasks}
    from agent.evaluate.truth import Truth

    report = task_report(material, talks, Truth.of(box))  # type: ignore[arg-type]
    assert report["cases"] == 3
    assert report["passed"]["pass^1"]["mean"] == pytest.approx(1.0)
    assert report["stated"]["items that keep what was told"]["mean"] == 1.0
    assert report["asked"]["hidden requirements asked for"]["mean"] == 0.0
    assert report["failures"] == []
