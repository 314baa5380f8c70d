"""Search by words: BM25 with slips and Chinese, and what it adds to search by meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests import world
from tools.bus import Bus
from tools.catalogue import Catalogue
from tools.context import Context
from tools.errors import CorruptData
from tools.rank.blend import MEANT
from tools.registry import execute
from tools.search.lexical import Lexical, words
from tools.store import Item

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.build(world.ITEMS, world.domain())


@pytest.fixture(scope="module")
def lexical(catalogue: Catalogue) -> Lexical:
    return Lexical.fit(catalogue)


def found(lexical: Lexical, catalogue: Catalogue, text: str, n: int = 50) -> list[str]:
    items = lexical.query(text, np.ones(len(catalogue), bool), n).items
    return [catalogue.ids[i] for i in items]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("Galactic Taxi", "s05"),
        ("something like the Galactc Taxxi", "s05"),
        ("robots butler", "s04"),
        ("a film with the widows orchards", "p09"),
        ("流浪小行星", "zh1"),
        ("有没有像《流浪小行星》那样的电影", "zh1"),
        ("陈阳", "zh1"),
    ],
)
def test_a_title_or_a_name_is_found_as_people_write_it(
    said: str, first: str, lexical: Lexical, catalogue: Catalogue
) -> None:
    assert found(lexical, catalogue, said)[0] == first


def test_a_person_finds_all_their_items_and_no_others(lexical: Lexical, catalogue: Catalogue) -> None:
    assert set(found(lexical, catalogue, "films with Penny Lark")) == {f"s0{n}" for n in range(1, 8)}


@pytest.mark.parametrize(("said", "tag"), [("西部片", "Western"), ("westerns", "Western"), ("Sci-Fi", "Sci-Fi")])
def test_a_facet_is_found_by_all_its_names(said: str, tag: str, lexical: Lexical, catalogue: Catalogue) -> None:
    tagged = {catalogue.ids[i] for i in np.flatnonzero(catalogue.mask({"tags": {"contains": tag}}))}
    assert tagged
    assert set(found(lexical, catalogue, said)) >= tagged


@pytest.mark.parametrize("said", ["", "the", "xyzzy", "waxi", "随便来一个", "1999"])
def test_words_that_no_item_has_find_nothing(said: str, lexical: Lexical, catalogue: Catalogue) -> None:
    assert found(lexical, catalogue, said) == []


def test_a_title_counts_more_than_a_description() -> None:
    items = [
        Item(item_id="said", title="Other", description="a story about a violin"),
        Item(item_id="named", title="The Violin"),
    ]
    small = Catalogue.build(items, world.domain())
    assert found(Lexical.fit(small), small, "violin") == ["named", "said"]


def test_shares_tell_how_much_of_the_query_an_item_covers(lexical: Lexical, catalogue: Catalogue) -> None:
    everything = np.ones(len(catalogue), bool)
    whole = lexical.query("Penny Lark", everything, 50)
    assert whole.covered == pytest.approx(1.0)
    assert whole.named == pytest.approx(1.0)
    half = lexical.query("Penny Lark xyzzy", everything, 50)
    assert (half.covered < 0.8).all()
    described = lexical.query("dusty frontier", everything, 50)
    assert described.covered == pytest.approx(1.0)
    assert described.named == pytest.approx(0.0)


def test_scores_are_those_of_the_formula() -> None:
    items = [
        Item(item_id="a", title="red red boat"),
        Item(item_id="b", title="blue boat"),
        Item(item_id="c", title="x"),
    ]
    small = Catalogue.build(items, world.domain())
    got = Lexical.fit(small).query("boat", np.ones(3, bool), 3)
    idf = np.log1p((3 - 2 + 0.5) / (2 + 0.5))
    tf = 3.0 / (1 - 0.5 + 0.5 * np.array([2, 3]) / 2)
    assert [small.ids[i] for i in got.items] == ["b", "a"]
    np.testing.assert_allclose(got.scores, idf * tf / (1.2 + tf), rtol=1e-5)


def test_only_eligible_items_are_found(lexical: Lexical, catalogue: Catalogue) -> None:
    eligible = np.zeros(len(catalogue), bool)
    eligible[catalogue.index("s03")] = True
    assert lexical.query("Penny Lark", eligible, 10).items.tolist() == [catalogue.index("s03")]


def test_words_survive_being_saved(tmp_path: Path, lexical: Lexical, catalogue: Catalogue) -> None:
    lexical.save(tmp_path)
    again = Lexical.load(tmp_path, catalogue)
    everything = np.ones(len(catalogue), bool)
    for before, after in zip(*(x.query("Otto Grin 科幻", everything, 9) for x in (lexical, again)), strict=True):
        np.testing.assert_array_equal(before, after)
    (tmp_path / "lexical.npz").write_bytes(b"no")
    with pytest.raises(CorruptData, match=r"lexical\.npz.*train"):
        Lexical.load(tmp_path, catalogue)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Schindler's Lists", ["schindler", "list"]),
        ("Amélie's bus, glasses & cities", ["amelie", "bus", "glasse", "city"]),
        ("科幻片 2046", ["科幻", "幻片", "2046"]),
        ("Z变身X光", ["z", "变身", "x", "光"]),
    ],
)
def test_a_text_is_cut_into_terms(text: str, terms: list[str]) -> None:
    assert words(text) == terms


def turn(box: Toolbox) -> Context:
    return Context(box=box, user=box.view("newcomer"), eligible=np.ones(len(box.catalogue), bool), bus=Bus())


def search(context: Context, query: str) -> list[str]:
    execute([{"name": "vector_search", "args": {"query": query}}], context)
    items = context.bus.items()
    return [
        context.box.catalogue.ids[i] for i in items[np.argsort(-context.bus.scores("search", items), kind="stable")]
    ]


def test_the_tool_finds_what_only_the_words_say(box: Toolbox) -> None:
    assert set(search(turn(box), "Penny Lark")[:7]) == {f"s0{n}" for n in range(1, 8)}
    assert search(turn(box), "流浪小行星")[0] == "zh1"


def test_a_name_counts_as_meant_though_the_encoder_does_not_know_it(box: Toolbox) -> None:
    context = turn(box)
    search(context, "流浪小行星")
    items = context.bus.items()
    scores = context.bus.scores("search", items)
    assert scores.max() >= MEANT
    assert scores.max() <= 1.0


def test_meaning_still_finds_what_no_word_says(box: Toolbox) -> None:
    assert set(search(turn(box), "gunslingers on the range")[:3]) == {"w1", "w2", "w3"}


def evidence(box: Toolbox, query: str, item: str) -> Any:
    context = turn(box)
    search(context, query)
    [reason] = context.bus.evidence(box.catalogue.index(item))
    return reason


def test_evidence_says_when_the_words_stand_in_the_title(box: Toolbox) -> None:
    held = evidence(box, "galactic taxi", "s05")
    assert held.text == 'matches your words in its title: "galactic taxi"'
    assert held.text_zh == "标题与你说的“galactic taxi”相符"


def test_evidence_names_the_people_that_the_words_name_and_nobody_else(box: Toolbox) -> None:
    held = evidence(box, "something with Penny Lark", "s03")
    assert "has Penny Lark, as you said" in held.text
    assert "有你说的Penny Lark" in held.text_zh
    assert held.matched == ["Penny Lark"]
    assert "Otto" not in held.text
    assert "has Max Fizz, as you said" in evidence(box, "anything by Fizz", "s08").text
    context = turn(box)
    search(context, "Penny Fizz")  # nobody of that name
    assert "as you said" not in " ".join(e.text for e in context.bus.evidence(box.catalogue.index("s08")))
