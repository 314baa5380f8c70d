"""What every recommender promises, tried on the world: a suite that each one's test file runs on its `Recommender`.

The world trained here, and a user of it at any moment, also serve the tests that are about one recommender.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests import world
from tools.catalogue import Catalogue
from tools.context import Context
from tools.interactions import Interactions
from tools.store.frames import event_frame
from tools.user import UserView

DOMAIN = world.domain()
CATALOGUE = Catalogue.build(world.ITEMS, DOMAIN)
EVENTS = Interactions.from_events(event_frame(world.EVENTS), CATALOGUE, DOMAIN.feedback)
NOBODY = UserView("nobody")
NO_EVENTS = Interactions(
    (), len(CATALOGUE), EVENTS.user[:0], EVENTS.item[:0], EVENTS.time[:0], EVENTS.weight[:0]
)  # fmt: skip


@dataclass(frozen=True)
class Recommender:
    """`fit` on events gives a model with `save`; `scores` are of every item for one user; `load` reads it back."""

    fit: Callable[[Interactions], Any]
    scores: Callable[[Any, UserView], NDArray[np.float32]]
    load: Callable[[Path], Any]


Check = Callable[[Recommender, Path], None]


def scores_are_finite_and_one_for_each_item(r: Recommender, _: Path) -> None:
    model = r.fit(EVENTS)
    for user in (*EVENTS.user_ids, "nobody"):
        scores = r.scores(model, view(user))
        assert scores.shape == (len(CATALOGUE),)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()


def a_seen_item_is_scored_like_any_other(r: Recommender, _: Path) -> None:
    """Hiding what was seen is the ranking's rule; a model that hides it would break a domain that repeats."""
    user = view("a01")
    assert len(np.unique(r.scores(r.fit(EVENTS), user)[user.seen])) > 1


def scoring_leaves_the_user_as_it_was(r: Recommender, _: Path) -> None:
    user, same = view("a01"), view("a01")
    r.scores(r.fit(EVENTS), user)
    for field in ("items", "times", "weights"):
        assert np.array_equal(getattr(user, field), getattr(same, field))


def what_was_saved_scores_the_same(r: Recommender, folder: Path) -> None:
    model = r.fit(EVENTS)
    model.save(folder / "model")
    loaded = r.load(folder / "model")
    for user in ("a01", "b05", "bridge", "nobody"):
        assert np.array_equal(r.scores(loaded, view(user)), r.scores(model, view(user)))


def nothing_is_pickled(r: Recommender, folder: Path) -> None:
    r.fit(EVENTS).save(folder / "model")
    files = [path for path in (folder / "model").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert path.suffix in (".npy", ".npz", ".json")
        if path.suffix != ".json":
            held = np.load(path, allow_pickle=False)
            assert all(array.dtype != object for array in (held.values() if path.suffix == ".npz" else [held]))


def fitting_twice_scores_the_same(r: Recommender, _: Path) -> None:
    first, second = r.fit(EVENTS), r.fit(EVENTS)
    assert np.array_equal(r.scores(first, view("a01")), r.scores(second, view("a01")))


def an_unknown_user_gets_scores_that_are_nobodys(r: Recommender, _: Path) -> None:
    model = r.fit(EVENTS)
    assert np.array_equal(r.scores(model, NOBODY), r.scores(model, UserView("someone else")))


def a_catalogue_without_events_can_be_fitted(r: Recommender, _: Path) -> None:
    scores = r.scores(r.fit(NO_EVENTS), view("a01"))
    assert scores.shape == (len(CATALOGUE),)
    assert np.isfinite(scores).all()


CHECKS: list[Check] = [
    scores_are_finite_and_one_for_each_item,
    a_seen_item_is_scored_like_any_other,
    scoring_leaves_the_user_as_it_was,
    what_was_saved_scores_the_same,
    nothing_is_pickled,
    fitting_twice_scores_the_same,
    an_unknown_user_gets_scores_that_are_nobodys,
    a_catalogue_without_events_can_be_fitted,
]


def view(user_id: str, **changes: Any) -> UserView:
    """The user after all events of the world; empty for one it does not know."""
    mine = EVENTS.user == (EVENTS.user_ids.index(user_id) if user_id in EVENTS.user_ids else -1)
    fields = {"items": EVENTS.item[mine], "times": EVENTS.time[mine], "weights": EVENTS.weight[mine]}
    return UserView(user_id, known=bool(mine.any()), **{**fields, **changes})


def indices(*ids: str) -> NDArray[np.int32]:
    return np.array([CATALOGUE.index(i) for i in ids], np.int32)


def best(scores: NDArray[np.float32], user: UserView, n: int) -> list[str]:
    """Ids of the `n` best unseen items."""
    hidden = scores.copy()
    hidden[user.seen] = -np.inf
    return [CATALOGUE.ids[i] for i in np.argsort(-hidden, kind="stable")[:n]]


def context(user: UserView, **tools: Any) -> Context:
    """A turn with `tools` in the box and everything unseen eligible."""
    eligible = np.ones(len(CATALOGUE), bool)
    eligible[user.seen] = False
    box: Any = SimpleNamespace(domain=DOMAIN, catalogue=CATALOGUE, **tools)
    return Context(box=box, user=user, eligible=eligible)
