"""The model's tags of items: normalised, kept through interruptions, stored once, and embedded by training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent import tags
from agent.commands.tag import ASIDE
from agent.schema import read_texts
from tests.agent.commanding import document, no_settings, refusal, run
from tests.fake_engine import FakeEngine, Request, Status
from tools.home import Home
from tools.store import Item, Store

__all__ = ["no_settings"]


def answer(*words: str) -> Any:
    return lambda request: json.dumps({"tags": list(words)})


def tagged(home: Home) -> dict[str, Any]:
    store = Store.open(home.store_url)
    held = {
        item.item_id: item.attributes[tags.ATTRIBUTE] for item in store.items() if tags.ATTRIBUTE in item.attributes
    }
    store.close()
    return held


@pytest.mark.parametrize(
    ("written", "known", "kept"),
    [
        (["Slow-Burn", "slow-burn", "feel_good"], [], ["slow-burn", "feel good"]),
        (["Comedy", "heist"], ["Comedy"], ["heist"]),
        (["a story about four words", "ok", "1999", "x" * 40, "<|im_end|>"], [], ["im end"]),
        (["moody!", "!"], [], ["moody"]),
    ],
)
def test_tags_are_few_plain_words_that_the_item_does_not_have(written: Any, known: Any, kept: Any) -> None:
    assert tags.normalised(written, known) == kept


def test_items_are_tagged_once_and_stored(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.respond = answer("silly", "Comedy", "robots")
    told = document(run(own_home, "tag", "--limit", "2", "--llm-url", fake_engine.base_url, "--json"))
    assert told == {"tagged": 2}
    assert tagged(own_home) == {"s01": ["silly", "robots"], "s02": ["silly", "robots"]}
    assert not (own_home.root / ASIDE).exists()
    assert "Orbit Blunders" in fake_engine.requests[0].messages[-1]["content"]
    document(run(own_home, "tag", "--limit", "1", "--llm-url", fake_engine.base_url, "--json"))
    assert list(tagged(own_home)) == ["s01", "s02", "s03"]


def test_an_interrupted_run_goes_on_where_it_stopped(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.script(answer("silly"), *[Status(500)] * 8)
    failed = run(own_home, "tag", "--limit", "3", "--llm-url", fake_engine.base_url)
    assert failed.exit_code == 1
    assert tagged(own_home) == {}
    with (own_home.root / ASIDE).open("a") as file:
        file.write('\n{"item_id": "s02", "ta')  # killed while writing
    fake_engine._queue.clear()
    asked: list[str] = []  # titles

    def later(request: Request) -> str:
        asked.append(request.messages[-1]["content"].splitlines()[0])
        return json.dumps({"tags": ["later"]})

    fake_engine.respond = later
    run(own_home, "tag", "--limit", "2", "--llm-url", fake_engine.base_url)
    assert tagged(own_home)["s01"] == ["silly"]
    assert asked == ["The Clumsy Astronaut", "Martians on Holiday"]
    assert len(tagged(own_home)) == 3


def test_an_answer_of_no_use_is_an_item_without_tags(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.respond = lambda request: "no json"
    run(own_home, "tag", "--limit", "1", "--llm-url", fake_engine.base_url)
    assert tagged(own_home) == {"s01": []}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ('{"tags": [7, null, "moody", {}]}', ["moody"]),
        ('{"tags": "moody"}', []),
        ('{"words": ["moody"]}', []),
        ('["moody"]', []),
        ('{"tags": ["moo', []),
        ("", []),
    ],
)
def test_of_an_answer_in_another_shape_only_the_strings_in_their_place_are_read(said: str, read: list[str]) -> None:
    assert read_texts(said, "tags") == read


def test_text_from_the_catalogue_speaks_no_template_language(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.respond = answer("odd")
    run(own_home, "tag", "--llm-url", fake_engine.base_url)
    assert all("<tool_call>" not in json.dumps(request.messages) for request in fake_engine.requests)
    assert len(tagged(own_home)) == len(fake_engine.requests)


def test_tagging_needs_a_trained_home(home: Home) -> None:
    assert refusal(home, "tag")["code"] == "not_ready"


def test_tags_stand_in_the_text_that_is_embedded_where_the_domain_names_them(tmp_path: Path) -> None:
    from tools.catalogue import Catalogue
    from tools.domain import Domain

    item = Item(item_id="1", title="Heat", tags=["Crime"], attributes={"year": 1995})
    movies = Domain.load("movies")
    plain = Catalogue.build([item], movies).text(0)
    assert plain == "Heat (1995). Crime."
    told = item.model_copy(update={"attributes": {"year": 1995, tags.ATTRIBUTE: ["heist", "slow-burn"]}})
    assert Catalogue.build([told], movies).text(0) == "Heat (1995). Crime. heist, slow-burn."
