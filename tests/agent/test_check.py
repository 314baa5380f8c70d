"""What the check lets stand and what it cuts, over the world's catalogue."""

from __future__ import annotations

import pytest

from agent.check import Checker
from tests import world
from tools.bus import Evidence
from tools.catalogue import Catalogue
from tools.slate import SlateItem

ITEM = SlateItem(
    rank=1,
    item_id="s05",
    title="Galactic Taxi",
    score=0.9,
    attributes={
        "tags": ["Comedy", "Sci-Fi"],
        "year": 1985,
        "director": ["Ada Quill"],
        "cast": ["Penny Lark", "Otto Grin"],
        "runtime": 95,
    },
    evidence=[
        Evidence(
            kind="neighbors",
            text="goes with Robot Butler, which you rated highly",
            text_zh="与你打了高分的《Robot Butler》相配",
        ),
        Evidence(
            kind="neighbors", text="12 of the 50 users closest to you liked it", text_zh="最接近的 50 位中 12 位喜欢"
        ),
    ],
)
BARE = ITEM.model_copy(
    update={"evidence": [Evidence(kind="search", text="matches your words", text_zh="与你的话相符")]}
)


@pytest.fixture(scope="module")
def checker() -> Checker:
    domain = world.domain()
    return Checker(Catalogue.build(list(world.ITEMS), domain), domain)


TRUE = [
    "It is a sci-fi comedy from 1985 by Ada Quill.",
    "It goes with Robot Butler, which you rated highly.",
    "12 of the 50 users closest to you liked it.",
    "最接近的 50 位用户中有 12 位喜欢它。",
    "A light comedy that you'd enjoy tonight.",
    "It runs 95 minutes.",
    "这部科幻喜剧和你打了高分的《Robot Butler》很配。",
    "它是1985年的作品。",
    "Directed by Ada Quill, it is a funny film for a quiet evening.",
    "A comedy starring Penny Lark and Otto Grin.",
    "It is not only a comedy, and not a horror film at all.",
    "One you haven't seen yet, and won't forget.",
    "由Ada Quill执导，十分有趣。",
    "主演Otto Grin带来一部搞笑的科幻片，不恐怖。",
]
FALSE = [
    "It was made in 1986.",
    "It stars Tom Hanks.",
    "It goes with Starship Payroll, which you rated highly.",
    "It is like the duchess of Ashby.",
    "It is a touching drama.",
    "Critics called it “a triumph of wit”.",
    "37 of the 50 users closest to you liked it.",
    "50 of the 95 users closest to you liked it.",
    "95 位用户中有 12 位喜欢它。",
    "See https://example.com for more.",
    "It is a ![x](y) film.",
    "它是一部恐怖的西部片。",
    "它是1999年的作品。",
    "这和《Moonbase Mishaps》很像。",
    "It was made in the eighties by two friends.",
    "It is a four-hour epic.",
    "directed by steven spielberg.",
    "It is directed by Penny Lark.",
    "starring tom cruise and nobody else.",
    "This is not a comedy.",
    "It is never funny.",
    "A scary film.",
    "You have never liked Robot Butler.",
    "You hated Robot Butler.",
    "You watched it last week.",
    "Everyone loved it.",
    "All your friends agree.",
    "It is an award-winning classic.",
    "It is a sequel.",
    "It is free on netflix.",
    "I called the search tool for you.",
    "Visit example.com for tickets.",
    "&lt;script&gt; is here.",
    "A **bold** claim.",
    "一九八六年上映。",
    "片长四小时。",
    "由张艺谋导演。",
    "获得了奥斯卡奖。",
    "这不是喜剧。",
    "你讨厌这类电影。",
    "你上周看过它。",
    "大家都喜欢它。",
]


@pytest.mark.parametrize("sentence", TRUE)
def test_a_sentence_that_the_evidence_bears_out_stands(checker: Checker, sentence: str) -> None:
    assert checker.passage(sentence, ITEM, "en").text == sentence


@pytest.mark.parametrize("sentence", FALSE)
def test_a_sentence_with_a_made_up_fact_is_cut_and_the_evidence_speaks(checker: Checker, sentence: str) -> None:
    checked = checker.passage(sentence, ITEM, "en")
    assert checked.replaced
    assert checked.cuts
    assert checked.text.startswith("Goes with Robot Butler")


@pytest.mark.parametrize("claim", ["You have watched it.", "You loved films like this.", "你看过这类电影。"])
def test_a_claim_about_the_past_needs_evidence_about_the_past(checker: Checker, claim: str) -> None:
    assert checker.passage(claim, BARE, "en").replaced


@pytest.mark.parametrize("claim", ["People like you enjoy it.", "Other viewers also liked it.", "很多观众喜欢它。"])
def test_a_claim_about_other_readers_needs_evidence_about_them(checker: Checker, claim: str) -> None:
    assert checker.passage(claim, BARE, "en").replaced


def test_a_name_with_an_apostrophe_is_known_by_it(checker: Checker) -> None:
    text = "goes with The Vicar's Daughter, which you rated highly"
    item = ITEM.model_copy(update={"evidence": [Evidence(kind="neighbors", text=text, text_zh=text)]})
    said = "It goes with The Vicar's Daughter, which you rated highly."
    assert checker.passage(said, item, "en").text == said


def test_only_the_faulty_sentence_is_cut(checker: Checker) -> None:
    checked = checker.passage("It is a comedy. It won 11 Oscars. It runs 95 minutes.", ITEM, "en")
    assert checked.text == "It is a comedy. It runs 95 minutes."
    assert [cut.reason for cut in checked.cuts] == ["number 11 is not in the evidence"]


def test_an_opening_may_repeat_the_request_but_not_claim_what_not_every_item_has(checker: Checker) -> None:
    grounds = checker.frame_grounds([ITEM], "a comedy, nothing from before 1985")
    assert checker.sentences("Sci-fi comedies, nothing from before 1985.", grounds).text
    assert not checker.sentences("Here are some westerns.", grounds).text
    assert checker.sentences("No horror, as you wish.", grounds).text
    assert checker.sentences("八十年代的喜剧。", checker.frame_grounds([ITEM], "八十年代的喜剧")).text
