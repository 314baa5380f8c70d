"""Every shipped domain works on its example: files load, tools train, wishes in both languages are understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.domain import SHIPPED, Domain
from tools.home import Home
from tools.ingest import ingest, install_domain
from tools.recommend import recommend
from tools.slate import Slate
from tools.store import Store
from tools.toolbox import Toolbox
from tools.train import train

EXAMPLES = Path(__file__).parents[2] / "examples"
DOMAINS = ("ecommerce", "music", "news", "social", "video")
Opener = Callable[[str], Toolbox]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """The example of a domain, loaded and trained once."""
    boxes: dict[str, Toolbox] = {}

    def get(name: str) -> Toolbox:
        if name not in boxes:
            home, data = Home.at(tmp_path_factory.mktemp(name) / "home"), EXAMPLES / name
            store = Store.open(home.store_url)
            domain = install_domain(home, name)
            report = ingest(store, domain, data / "items.csv", data / "users.csv", data / "events.csv")
            assert not report.rejects
            train(home, store=store, progress=False)
            boxes[name] = Toolbox.open(home, store)
        return boxes[name]

    yield get
    for box in boxes.values():
        box.store.close()


def test_every_shipped_domain_is_tried_here() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == {*DOMAINS, "movies"}


@pytest.mark.parametrize("name", DOMAINS)
def test_a_user_of_every_domain_gets_a_slate_with_reasons(opened: Opener, name: str) -> None:
    slate = recommend(opened(name), "u3", k=3)
    assert len(slate.items) == 3
    assert all(item.evidence for item in slate.items)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_newcomer_gets_a_slate_in_every_domain(opened: Opener, name: str) -> None:
    assert len(recommend(opened(name), "nobody", k=3).items) == 3


@pytest.mark.parametrize(
    ("name", "words", "attribute", "value"),
    [
        ("news", "something from science", "section", "Science"),
        ("news", "想看科技文章", "section", "Technology"),
        ("ecommerce", "some electronics", "category", "Electronics"),
        ("ecommerce", "户外用的商品", "category", "Outdoor"),
        ("music", "a calm jazz track", "mood", "calm"),
        ("music", "想听伤感的歌", "mood", "sad"),
        ("video", "a cooking video", "tags", "Cooking"),
        ("video", "旅行视频", "tags", "Travel"),
        ("social", "posts about photography", "tags", "Photography"),
        ("social", "徒步的帖子", "tags", "Hiking"),
    ],
)
def test_wishes_in_the_domains_own_words_are_kept(
    opened: Opener, name: str, words: str, attribute: str, value: str
) -> None:
    slate = recommend(opened(name), "nobody", words, k=3)
    assert slate.items
    assert all(value in _values(item.attributes[attribute]) for item in slate.items)


def test_a_shop_never_shows_what_is_out_of_stock(opened: Opener) -> None:
    box = opened("ecommerce")
    assert "p6" not in shown(recommend(box, "nobody", k=16))
    assert "p6" in box.positions


def test_prices_are_numbers_that_filters_can_bound(opened: Opener) -> None:
    slate = recommend(opened("ecommerce"), "nobody", "electronics", k=3, filters={"price": {"<": 100}})
    assert shown(slate) == {"p8"}


def test_videos_are_gated_by_age(opened: Opener) -> None:
    box = opened("video")
    ages = {user.user_id: user.attributes["age"] for user in box.store.users()}
    young, old = min(ages, key=ages.__getitem__), max(ages, key=ages.__getitem__)
    assert ages[young] < 18 <= ages[old]
    assert "v11" not in shown(recommend(box, young, "horror game", k=16))
    assert "v11" in shown(recommend(box, old, "horror game", k=16)) | seen(box, old)


def test_music_may_be_heard_again(opened: Opener) -> None:
    box = opened("music")
    assert seen(box, "u3") & shown(recommend(box, "u3", k=16))


@pytest.mark.parametrize("name", DOMAINS)
def test_what_counts_as_approval_is_written_for_the_domain(name: str) -> None:
    domain = Domain.load(name)
    assert domain.feedback.positive
    assert domain.feedback.negative
    assert domain.liked.zh != domain.liked.en


def shown(slate: Slate) -> set[str]:
    return {item.item_id for item in slate.items}


def seen(box: Toolbox, user: str) -> set[str]:
    return set(box.store.user_events(user)["item_id"])


def _values(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
