"""New items from what is known of them: found by those who like their kind, said so, and measured without leaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import scipy.sparse as sp

from tests import world
from tools.catalogue import Catalogue
from tools.errors import CorruptData
from tools.evaluate import newitem
from tools.evaluate.newitem import chance, new_items
from tools.search.content import ContentModel, item_features
from tools.user import UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.build(world.ITEMS, world.domain())


@pytest.fixture(scope="module")
def features(box: Toolbox) -> Any:
    return item_features(box.catalogue, box.search.vectors)


@pytest.fixture(scope="module")
def model(box: Toolbox, features: Any) -> ContentModel:
    """Trained on the camps, for whom s14 and p14 are new."""
    liked = np.zeros((len(world.CAMP_A) + len(world.CAMP_B), len(box.catalogue)), np.float32)
    for n, who in enumerate((*world.CAMP_A, *world.CAMP_B)):
        liked[n, box.view(who).liked] = 1.0
    liked[:, [box.catalogue.index("s14"), box.catalogue.index("p14")]] = 0.0
    return ContentModel.fit(features, sp.csr_matrix(liked), liked.sum(axis=0))


def test_an_item_without_events_goes_to_those_who_like_its_kind(box: Toolbox, model: ContentModel) -> None:
    new = np.array([box.catalogue.index("s14"), box.catalogue.index("p14")], np.int32)
    comedy, drama = model.scores(box.view("a01"), new)
    assert comedy > 2 * drama
    comedy, drama = model.scores(box.view("b01"), new)
    assert drama > 2 * comedy


def test_a_user_who_was_not_there_at_training_needs_no_refit(box: Toolbox, model: ContentModel) -> None:
    items = np.array([box.catalogue.index(i) for i in ("s01", "s02")], np.int32)
    fresh = UserView("fresh", items=items, times=np.array([1.0, 2.0]), weights=np.ones(2, np.float32))
    new = np.array([box.catalogue.index("s14"), box.catalogue.index("p14")], np.int32)
    comedy, drama = model.scores(fresh, new)
    assert comedy > drama
    assert model.scores(UserView("nobody"), new).tolist() == [0.0, 0.0]


def test_the_reason_names_liked_items_that_speak_for_it(box: Toolbox, model: ContentModel) -> None:
    user, item = box.view("a01"), box.catalogue.index("s14")
    [reason] = model.explain(user, item, box.catalogue.titles, box.domain.liked)
    held: Any = reason
    assert held.kind == "exploration"
    assert len(held.because) == 2
    assert set(held.because) <= {box.catalogue.titles[i] for i in user.liked}
    assert reason.text.startswith("new here, and akin to ")
    assert reason.text.endswith(", which you rated highly")
    assert "打了高分" in reason.text_zh
    assert model.explain(UserView("nobody"), item, box.catalogue.titles, box.domain.liked) == []


def test_removing_the_cited_likes_lowers_the_score(box: Toolbox, model: ContentModel) -> None:
    user, item = box.view("a01"), box.catalogue.index("s14")
    [reason] = model.explain(user, item, box.catalogue.titles, box.domain.liked)
    cited = [box.catalogue.titles.index(title) for title in reason.model_extra["because"]]  # type: ignore[index]
    kept = ~np.isin(user.items, cited)
    without = UserView("a01", {}, user.items[kept], user.times[kept], user.weights[kept])
    at = np.array([item], np.int32)
    assert model.scores(without, at)[0] < model.scores(user, at)[0]


def test_a_model_survives_being_saved(tmp_path: Path, box: Toolbox, model: ContentModel) -> None:
    model.save(tmp_path)
    items = np.arange(len(box.catalogue), dtype=np.int32)
    again = ContentModel.load(tmp_path).scores(box.view("a01"), items)
    np.testing.assert_array_equal(again, model.scores(box.view("a01"), items))
    (tmp_path / "content.npz").write_bytes(b"no")
    with pytest.raises(CorruptData, match=r"content\.npz.*train"):
        ContentModel.load(tmp_path)


def test_without_likes_nothing_is_learned_and_nothing_breaks(features: Any) -> None:
    n = len(features.dense)
    model = ContentModel.fit(features, sp.csr_matrix((3, n), dtype=np.float32), np.zeros(n))
    assert not model.content.any()


def crowd() -> sp.csr_matrix:
    """400 items of ten kinds; each of 50 users likes every item of one kind."""
    kinds = np.arange(400) % 10
    return sp.csr_matrix((kinds[None, :] == (np.arange(50) % 10)[:, None]).astype(np.float32))


def test_the_measure_gives_chance_a_tenth_and_knowledge_much_more() -> None:
    liked = crowd()
    blind = new_items(liked, chance, range(10))
    assert blind.by_item.mean() == pytest.approx(0.1, abs=0.04)
    assert blind.by_pair == pytest.approx(0.1, abs=0.04)
    kinds = np.eye(10, dtype=np.float32)[np.arange(400) % 10]
    seer = new_items(liked, lambda known, held: lambda rows: rows @ kinds @ kinds[held].T, range(10))
    assert seer.by_pair > 0.8
    assert (seer.by_item <= 1).all()
    assert seer.likes.sum() == liked.sum()


def test_a_way_under_measure_sees_no_event_of_a_held_out_item() -> None:
    told: list[float] = []

    def way(known: sp.csr_matrix, held: Any) -> Any:
        told.append(float(known[:, held].sum()))
        assert known.sum() > 0
        return chance(known, held)

    new_items(crowd(), way, range(10))
    assert told == [0.0] * 10


def test_users_in_blocks_are_measured_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    liked = crowd()

    def way(known: sp.csr_matrix, held: Any) -> Any:
        return lambda rows: (rows @ known.T @ known[:, :1].toarray() + held).astype(np.float32)

    whole = new_items(liked, way, range(10))
    monkeypatch.setattr(newitem, "BLOCK", 7)
    np.testing.assert_array_equal(new_items(liked, way, range(10)).hits, whole.hits)
