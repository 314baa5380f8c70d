"""The report on new items: ours beside plain text and chance, on folds that nothing was chosen on."""

from __future__ import annotations

import numpy as np
import pytest

from tests import world
from tools.errors import InvalidInput
from tools.evaluate import newitem
from tools.evaluate.data import Dataset
from tools.evaluate.product import NAME
from tools.evaluate.progress import bar
from tools.home import Home
from tools.store import Event, Item, Store, User
from tools.store.frames import event_frame, item_frame, user_frame

MAKERS = ("Ada Quill", "Bruno Vale", "Clara Wren", "Dorian Ashe", "Vera Night")


def town(home: Home, films: int = 200) -> Dataset:
    """40 users, each with a liking for the films of one of five directors; titles and genres tell nothing."""
    rng = np.random.default_rng(0)
    items = [
        Item(item_id=f"f{n}", title=f"Film {n}", tags=["Drama"], attributes={"director": [MAKERS[n % 5]]})
        for n in range(films)
    ]
    events = [
        Event(user_id=f"u{u}", item_id=f"f{n}", timestamp=1000.0 * u + n, kind="like")
        for u in range(40)
        for n in range(films)
        if n % 5 == u % 5 and rng.random() < 0.7
    ]
    store = Store.open(home.store_url)
    users = [User(user_id=f"u{u}") for u in range(40)]
    store.load(item_frame(items), user_frame(users), event_frame(sorted(events, key=lambda e: e.timestamp)))
    data = Dataset.read(store, world.domain())
    store.close()
    return data


def test_new_items_are_found_beside_plain_text_and_chance(home: Home) -> None:
    data = town(home)
    with bar(4, shown=False) as shown:
        report = newitem.report(data, 0, shown)
    assert [model["name"] for model in report["models"]] == [NAME, newitem.TEXT, newitem.RANDOM]
    assert report["items"] == 100
    told = report["by_pair"]
    assert told[newitem.RANDOM]["low"] < 0.1 < told[newitem.RANDOM]["high"]
    for spread in (report["by_item"][NAME], told[NAME]):
        assert 0.3 < spread["low"] < spread["mean"] < spread["high"]  # a fifth is liked, a tenth is looked at
    assert report["ours_minus"]["top tenth by item"][newitem.RANDOM]["low"] > 0.2


def test_a_catalogue_of_few_items_is_told_so(home: Home) -> None:
    with bar(4, shown=False) as shown, pytest.raises(InvalidInput, match="50 items are too few"):
        newitem.report(town(home, 50), 0, shown)
