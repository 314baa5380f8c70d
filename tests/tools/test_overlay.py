"""Items laid over a bundle: what is derived step by step is what would have been built from all items at once."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests import world
from tools.catalogue import Catalogue
from tools.errors import NotFound
from tools.overlay import words
from tools.overlay.content import Reader
from tools.search.lexical import Lexical
from tools.store import Event, Item
from tools.toolbox import Toolbox

TAGS = ("Comedy", "Drama", "Western", "Mystery", "悬疑")


def drawn(r: random.Random, item_id: str) -> Item:
    attributes: dict[str, Any] = {
        "year": r.choice([1950, 1981, 2003]),
        "director": r.sample(["Ada Quill", "Zed Quux", "林晓"], r.randrange(3)),
        "available": r.random() < 0.8,
        "price": r.choice([1.5, 20]),
    }
    kept = {name: value for name, value in attributes.items() if r.random() < 0.7}
    title = f"{r.choice(['The Octopus', 'Orbit Blunders', '章鱼'])} {item_id}"
    return Item(item_id=item_id, title=title, tags=r.sample(TAGS, r.randrange(3)), attributes=kept)


@pytest.mark.parametrize("seed", range(5))
def test_an_edited_catalogue_is_the_one_built_of_the_items_that_are_left(seed: int) -> None:
    r = random.Random(seed)
    catalogue = Catalogue.build(world.ITEMS, world.domain())
    held = {item.item_id: item for item in world.ITEMS}
    for step in range(25):
        if r.random() < 0.4:
            gone = r.choice(sorted(held))
            del held[gone]
            catalogue = catalogue.edited({catalogue.index(gone): None})
            continue
        item = drawn(r, r.choice([*sorted(held), "s01", f"new{step}"]))
        held[item.item_id] = item
        catalogue = catalogue.edited({catalogue.positions.get(item.item_id, len(catalogue)): item})
    built = Catalogue.build(list(held.values()), world.domain())
    assert {catalogue.ids[n] for n in np.flatnonzero(catalogue.present)} == set(held)
    for name, spec in built.fields.items():
        mine = catalogue.fields[name]
        assert {v.casefold() for v in mine.values} == {v.casefold() for v in spec.values}
        assert (mine.kind, mine.minimum, mine.maximum) == (spec.kind, spec.minimum, spec.maximum)
        for value in spec.values:
            operator = "contains" if spec.kind == "list" else "=="
            asked = {name: {operator: value}}
            assert chosen(catalogue, asked) == chosen(built, asked)
            assert chosen(catalogue, {name: {"!=": value}}) == chosen(built, {name: {"!=": value}})
    assert catalogue.fields.keys() == built.fields.keys()
    assert chosen(catalogue, {"year": {">=": 1981}}) == chosen(built, {"year": {">=": 1981}})
    for item_id in held:
        assert catalogue.text(catalogue.index(item_id)) == built.text(built.index(item_id))


def chosen(catalogue: Catalogue, filters: dict[str, Any]) -> set[str]:
    return {catalogue.ids[n] for n in np.flatnonzero(catalogue.mask(filters))}


def test_a_deleted_item_has_no_index_and_no_title() -> None:
    catalogue = Catalogue.build(world.ITEMS, world.domain()).edited({0: None})
    with pytest.raises(NotFound, match="s01"):
        catalogue.index("s01")
    assert catalogue.titles[0] == ""
    assert catalogue.attributes(0) == {}


def test_the_words_of_an_item_put_back_weigh_what_they_weighed() -> None:
    catalogue = Catalogue.build(world.ITEMS, world.domain())
    lexical, means = Lexical.fit(catalogue), words.mean_lengths(catalogue)
    emptied = words.edited(lexical, catalogue.edited({3: None}), [3], means)
    everything = np.ones(len(catalogue), bool)
    assert 3 not in emptied.query("Robot Butler", everything, 50).items
    again = words.edited(emptied, catalogue, [3], means)
    for query in ("Robot Butler", "comedy robots", "喜剧", "Bruno Vale"):
        before, after = (index.query(query, everything, 50) for index in (lexical, again))
        assert set(before.items) == set(after.items)
        by_item = dict(zip(after.items.tolist(), after.scores.tolist(), strict=True))
        for item, score in zip(before.items.tolist(), before.scores.tolist(), strict=True):
            assert by_item[item] == pytest.approx(score, rel=0.1)


def test_items_are_read_as_the_bundle_read_its_own(box: Toolbox) -> None:
    reader, rows = Reader(box), list(range(len(box.catalogue)))
    facets = reader.facets(box.catalogue, rows)
    assert np.array_equal(facets, box.ctr.features.facets)
    assert np.array_equal(reader.numbers(box.catalogue, rows), box.ctr.features.numbers, equal_nan=True)
    mine = reader.profile_rows(box.catalogue, rows).toarray()
    assert np.allclose(mine, box.profile.item_vectors.toarray(), atol=1e-5)
    assert np.allclose(reader.click_content(facets, box.search.vectors), box.ctr.features.content, atol=0.02)


def test_a_new_item_of_ones_taste_is_worth_more_than_one_of_another(own_box: Toolbox) -> None:
    store = own_box.store
    store.save_item(Item(item_id="c9", title="Comet Comedy", tags=["Comedy", "Sci-Fi"], attributes={"year": 1985}))
    store.save_item(Item(item_id="d9", title="Manor of Tears", tags=["Drama", "Romance"], attributes={"year": 1995}))
    from tools.overlay import Overlay

    box = Overlay(own_box).follow()
    items = np.array([box.positions["c9"], box.positions["d9"]], np.int32)
    for user, better in (("a01", 0), ("b01", 1)):
        view = box.view(user)
        assert box.profile.score(view, items).argmax() == better
        assert box.ctr.predict(view, items).argmax() == better
        assert (box.neighbors.scores(view)[items] == 0).all()
    assert box.popularity.explain(int(items[0]))[0].text == "new here: nobody has tried it yet"


def test_a_batch_follows_the_catalogue_too_and_agrees_with_one_user_alone(own_box: Toolbox) -> None:
    from tools.overlay import Overlay
    from tools.recommend import batch, recommend

    own_box.store.save_item(
        Item(item_id="c9", title="Comet Comedy", tags=["Comedy", "Sci-Fi"], attributes={"year": 1985})
    )
    own_box.store.delete_item("s01")
    own_box.store.append([Event(user_id="a02", item_id="c9", timestamp=world.NOW, kind="like")])
    box = Overlay(own_box).follow()
    users = ["a01", "a02", "b03", "newcomer", "optout"]
    for user, items in batch(box, users, 50):
        shown = [item for item, _ in items]
        assert "s01" not in shown
        assert ("c9" in shown) is (user != "a02")
        assert shown == [item.item_id for item in recommend(box, user, k=50).items]
