"""Neighbours find what the camp knows, fold in fresh events, and give only reasons that the data bears out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from pydantic import ValidationError

from tests.tools import recommender_contract as contract
from tests.tools.recommender_contract import CATALOGUE, DOMAIN, EVENTS, NOBODY, Check, Recommender, best, indices, view
from tests.world import CAMP_A, CAMP_B, PERIOD, SPACE
from tools.catalogue import Catalogue
from tools.interactions import Interactions
from tools.neighbors import tool, transitions, weights
from tools.neighbors.alike import alike
from tools.neighbors.model import Method, NeighborModel
from tools.neighbors.titles import CERTAIN, titles
from tools.popularity import Popularity
from tools.store import Item
from tools.user import UserView

METHODS: tuple[Method, ...] = ("item", "user", "both")
MODEL = NeighborModel.fit(EVENTS)
POPULARITY = Popularity.fit(EVENTS)
context = partial(contract.context, neighbors=MODEL, popularity=POPULARITY)


def sparse() -> NeighborModel:
    """As fitted on a catalogue too large for the closed form."""
    return replace(MODEL, weights=weights.fit(EVENTS, dense_limit=0))


def case(method: Method) -> Recommender:
    return Recommender(NeighborModel.fit, lambda model, user: model.scores(user, method), NeighborModel.load)


def unseen(user: str) -> set[str]:
    """The two items of the camp's own that the user has not seen."""
    return {item for item in (SPACE if user in CAMP_A else PERIOD) if CATALOGUE.index(item) not in view(user).seen}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract_of_a_recommender(check: Check, method: Method, tmp_path: Path) -> None:
    check(case(method), tmp_path)


@pytest.mark.parametrize("model", [MODEL, sparse()], ids=["dense", "sparse"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("user", [*CAMP_A, *CAMP_B])
def test_the_best_items_are_the_two_that_the_rest_of_the_camp_likes(
    user: str, method: Method, model: NeighborModel
) -> None:
    found = best(model.scores(view(user), method), view(user), len(CATALOGUE))
    known_to_part_of_the_camp = {"zh1", "gone", "noyear"}
    assert set([item for item in found if item not in known_to_part_of_the_camp][:2]) == unseen(user)


def test_in_a_large_catalogue_items_that_nobody_had_together_go_together_through_a_third() -> None:
    rng = np.random.default_rng(0)
    noise = rng.random((400, 40)) < 0.02
    had = noise.copy()
    had[:60, [0, 1]] = True
    had[60:120, [1, 2]] = True
    had[:120, [0, 2]] &= ~(had[:120, [0]] & had[:120, [2]])  # nobody has both
    had[120:, [0, 2]] = False
    found = weights.nearest(sp.csr_matrix(had, dtype=np.float32)).toarray()
    assert not (had[:, 0] & had[:, 2]).any()
    assert found[0, 2] > np.median(found[0])
    assert found[0, 1] == found[0].max()
    assert not found.diagonal().any()


def test_the_past_fades_as_fast_as_the_model_was_told() -> None:
    user, oldest = view("a01"), view("a01").items[0]
    slow, fast = (replace(MODEL, memory=memory).fold_in(user) for memory in (30.0, 3.0))
    counts = {folded: float(folded.query[folded.items == oldest][0]) for folded in (slow, fast)}
    assert counts[fast] < counts[slow]


def test_sparse_weights_survive_saving(tmp_path: Path) -> None:
    model = sparse()
    model.save(tmp_path)
    assert np.array_equal(NeighborModel.load(tmp_path).scores(view("a01")), model.scores(view("a01")))


def test_a_user_without_history_gets_zeros() -> None:
    for method in METHODS:
        assert not MODEL.scores(NOBODY, method).any()


def test_a_fresh_event_changes_the_scores_and_nothing_is_refitted() -> None:
    before = UserView("fresh", items=indices("w1"), times=np.array([0.0]), weights=np.ones(1, np.float32))
    after = UserView("fresh", items=indices("w1", "s01"), times=np.array([0.0, 9.0]), weights=np.ones(2, np.float32))
    assert best(MODEL.scores(after, "item"), after, 1)[0] in SPACE
    assert best(MODEL.scores(before, "item"), before, 1)[0] not in SPACE


def test_the_recent_past_counts_most() -> None:
    ids = [*PERIOD[:6], *SPACE[:6]]
    old_to_new = UserView("x", items=indices(*ids), times=np.arange(12.0), weights=np.ones(12, np.float32))
    new_to_old = UserView("x", items=indices(*ids[::-1]), times=np.arange(12.0), weights=np.ones(12, np.float32))
    assert best(MODEL.scores(old_to_new, "item"), old_to_new, 1)[0] in SPACE
    assert best(MODEL.scores(new_to_old, "item"), new_to_old, 1)[0] in PERIOD


def test_a_later_dislike_takes_an_earlier_like_back() -> None:
    weights_ = np.array([1, 1, -1], np.float32)
    user = UserView("x", items=indices("s01", "s02", "s01"), times=np.arange(3.0), weights=weights_)
    folded = MODEL.fold_in(user)
    assert folded.items[folded.is_liked].tolist() == indices("s02").tolist()


def test_nobody_is_their_own_neighbour() -> None:
    for user in CAMP_A:
        near, _ = MODEL.fold_in(view(user)).neighbours
        assert MODEL.rows[user] not in near


def test_every_score_by_items_is_the_sum_of_what_the_history_contributes() -> None:
    folded = MODEL.fold_in(view("a01"))
    parts = folded.query[:, None] * np.asarray(MODEL.weights)[folded.items]
    assert np.allclose(folded.scores("item"), parts.sum(0), atol=1e-5)


def test_similar_items_are_of_the_same_camp_and_leave_the_item_out() -> None:
    found, strength = MODEL.similar_items(CATALOGUE.index("s01"), 10)
    assert {CATALOGUE.ids[i] for i in found} <= {*SPACE, "zh1", "gone"}
    assert CATALOGUE.index("s01") not in found
    assert (np.diff(strength) <= 0).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("user", ["a01", "a07", "b03", "bridge", "western", "optout", "critic"])
def test_each_reason_names_liked_history_or_a_true_count_of_five_users_or_more(user: str, method: Method) -> None:
    turn = context(view(user))
    tool.run(tool.Arguments(method=method), turn)
    liked = {CATALOGUE.titles[i] for i in view(user).liked}
    near, _ = MODEL.fold_in(view(user)).neighbours
    for item in turn.bus.items().tolist():
        for reason in turn.bus.evidence(item):
            figures = reason.model_extra or {}
            assert set(figures.get("because", [])) <= liked
            assert all(title in reason.text and title in reason.text_zh for title in figures.get("because", []))
            if "support" in figures:
                true = int(MODEL.liked[near][:, item].sum())
                assert figures["support"] == true >= 5
                assert reason.text == f"rated highly by {true} of the {len(near)} users closest to you"
            assert not any(other in reason.text.split() for other in EVENTS.user_ids)


def test_a_count_of_fewer_than_five_neighbours_is_not_told() -> None:
    few = UserView("x", items=indices("w1", "w2"), times=np.arange(2.0), weights=np.ones(2, np.float32))
    turn = context(few)
    tool.run(tool.Arguments(), turn)
    w3 = CATALOGUE.index("w3")
    assert MODEL.fold_in(few).support(w3) == (1, 1)
    assert [reason.text for reason in turn.bus.evidence(w3)] == ["goes with The Last Sheriff, which you rated highly"]


def test_without_the_cited_items_the_score_falls() -> None:
    user = view("a01")
    item = CATALOGUE.index("s01")
    cited = MODEL.fold_in(user).because(item)
    kept = ~np.isin(user.items, cited)
    without = view("a01", items=user.items[kept], times=user.times[kept], weights=user.weights[kept])
    assert cited is not None
    assert MODEL.scores(without, "item")[item] < MODEL.scores(user, "item")[item]


def test_only_eligible_items_become_candidates() -> None:
    turn = context(view("a01"))
    turn.eligible[indices("s01")] = False
    tool.run(tool.Arguments(), turn)
    assert turn.eligible[turn.bus.items()].all()
    assert CATALOGUE.index("s02") in turn.bus.items()


def test_a_named_title_gives_what_its_likers_like_and_says_how_many() -> None:
    turn = context(NOBODY)
    said = tool.run(tool.Arguments(like="orbit blunder"), turn)
    item = turn.bus._held["named"][0].items[0]
    likers = {i: set(MODEL.likers[i].indices) for i in (int(item), CATALOGUE.index("s01"))}
    both, of = len(set.intersection(*likers.values())), len(likers[CATALOGUE.index("s01")])
    assert CATALOGUE.index("s01") not in turn.bus.items()
    assert CATALOGUE.ids[item] in (*SPACE, "gone", "zh1")
    reason = turn.bus.evidence(int(item))[0]
    assert reason.text == (
        f"goes with Orbit Blunders, which you named ({both} of the {of} users who liked that also liked this)"
    )
    assert "Orbit Blunders" in said


def test_items_that_share_no_liker_with_the_named_one_are_not_said_to_go_with_it() -> None:
    turn = context(NOBODY)
    tool.run(tool.Arguments(like="Galactic Taxi"), turn)
    assert {CATALOGUE.ids[i] for i in turn.bus.items()} <= {*SPACE, "zh1", "gone"}
    assert all(turn.bus.evidence(item) for item in turn.bus.items().tolist())


def test_a_title_that_is_not_there_is_said_to_be_missing_and_nothing_is_guessed() -> None:
    turn = context(view("a01"))
    assert "No title" in tool.run(tool.Arguments(like="Casablanca"), turn)
    assert not len(turn.bus.items())


def test_a_half_remembered_title_is_asked_about() -> None:
    turn = context(view("a01"))
    said = tool.run(tool.Arguments(like="Galaxy Taxi"), turn)
    assert "nearest is 'Galactic Taxi'" in said
    assert not len(turn.bus.items())


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (NOBODY, "no history"),
        (view("newcomer"), "no history"),
        (UserView("optout", profiling=False), "Profiling is off"),
    ],
)
def test_without_usable_history_it_says_so_and_finds_nothing(user: UserView, words: str) -> None:
    turn = context(user)
    assert words in tool.run(tool.Arguments(), turn)
    assert not turn.bus.sources


def test_what_it_says_is_short() -> None:
    for arguments in (tool.Arguments(), tool.Arguments(like="Orbit Blunders"), tool.Arguments(like="x" * 200)):
        assert len(tool.run(arguments, context(view("a01")))) <= 400


@pytest.mark.parametrize("extra", [{"user_id": "a02"}, {"method": "sql"}, {"like": "x" * 201}])
def test_its_arguments_name_no_user_and_take_nothing_unknown(extra: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        tool.arguments(CATALOGUE).model_validate(extra)


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("Seven", 0), ("se7en", 0), ("Seven (1995)", 0), ("the matrix", 1), ("Matrix", 1), ("matrx", 1),
        ("Monty Python", 2), ("terminator 2", 3), ("《流浪地球》", 4), ("Amelie", 5), ("alien", 7),
    ],
)  # fmt: skip
def test_a_title_is_found_as_people_say_it(said: str, item: int) -> None:
    names = (
        "Seven (Se7en) (1995)", "Matrix, The", "Monty Python and the Holy Grail", "Terminator 2: Judgment Day",
        "流浪地球", "Amélie", "Alien", "Alien",
    )  # fmt: skip
    match = titles(names).find(said, np.arange(len(names), dtype=np.float32))
    assert match is not None
    assert (match.item, match.score >= CERTAIN) == (item, True)


def test_the_domain_words_stand_in_the_reasons() -> None:
    turn = context(view("a01"))
    tool.run(tool.Arguments(method="item"), turn)
    reason = turn.bus.evidence(CATALOGUE.index("s01"))[0]
    assert f"which you {DOMAIN.liked.en}" in reason.text
    assert f"与你{DOMAIN.liked.zh}的《" in reason.text_zh


def test_what_people_go_on_to_follows_the_last_step_and_not_the_one_before() -> None:
    order = ("s01", "w1", "s02", "w2")
    x = sequence([order] * 3)
    follows = transitions.fit(x)
    a, b, c = (CATALOGUE.index(i) for i in order[:3])
    assert follows[a, b] > follows[a, c] > 0
    assert follows[b, a] == 0
    user = UserView("x", items=indices("s01"), times=np.zeros(1), weights=np.ones(1, np.float32))
    assert NeighborModel.fit(x).fold_in(user).following.argmax() == b


@pytest.mark.parametrize(("people", "told"), [(5, True), (4, False)])
def test_what_people_go_on_to_is_told_where_enough_people_do(people: int, told: bool) -> None:
    model = NeighborModel.fit(sequence([("w1", "s01", "s02")] * people))
    user = UserView("x", items=indices("w1", "s01"), times=np.arange(2.0), weights=np.ones(2, np.float32))
    turn = contract.context(user, neighbors=model, popularity=POPULARITY)
    tool.run(tool.Arguments(method="item"), turn)
    texts = [(r.text, r.text_zh) for r in turn.bus.evidence(CATALOGUE.index("s02")) if "go on to it" in r.text]
    title = CATALOGUE.titles[CATALOGUE.index("s01")]
    expected = (f"people often go on to it after {title}, one of your latest", f"很多人在你最近的《{title}》之后会选它")
    assert texts == ([expected] if told else [])


def test_what_was_disliked_leads_nowhere_in_words() -> None:
    model = NeighborModel.fit(sequence([("s01", "s02")] * 6))
    user = UserView("x", items=indices("s01"), times=np.zeros(1), weights=-np.ones(1, np.float32))
    assert model.fold_in(user).after(CATALOGUE.index("s02")) is None


def sequence(histories: list[tuple[str, ...]]) -> Interactions:
    """Users who liked these items in this order."""
    items = indices(*(item for history in histories for item in history))
    users = np.repeat(np.arange(len(histories), dtype=np.int32), [len(h) for h in histories])
    times = np.arange(len(items), dtype=float)
    names = tuple(f"u{n}" for n in range(len(histories)))
    return Interactions(names, len(CATALOGUE), users, items, times, np.ones(len(items), np.float32))


def sagas(n: int, parts: int = 4) -> Catalogue:
    """`n` stories in parts that share a name of their own and say nothing else."""
    titled = [(f"{story}.{part}", f"Saga{story} volume") for story in range(n) for part in range(parts)]
    return Catalogue.build([Item(item_id=item, title=title) for item, title in titled], DOMAIN)


def test_items_are_alike_that_share_rare_words() -> None:
    near = alike(sagas(6)).toarray()
    assert set(np.argsort(-near[0], kind="stable")[:3]) == {1, 2, 3}
    assert not near.diagonal().any()


def test_chinese_titles_are_alike_by_their_characters() -> None:
    titles = ("塞尔达传说 旷野之息", "塞尔达传说 王国之泪", "马力欧赛车", "")
    catalogue = Catalogue.build([Item(item_id=str(n), title=title or "?") for n, title in enumerate(titles)], DOMAIN)
    near = alike(catalogue).toarray()
    assert near[0].argmax() == 1
    assert not near[3].any()


@pytest.mark.parametrize("dense_limit", [0, 100])
def test_where_words_count_an_item_that_nobody_had_goes_with_those_of_its_name(dense_limit: int) -> None:
    had = np.random.default_rng(0).random((200, 24)) < 0.2
    had[:, 3] = False
    user, item = (part.astype(np.int32) for part in had.nonzero())
    events = Interactions(
        tuple(map(str, range(200))), 24, user, item, np.arange(len(user), dtype=float), np.ones(len(user), np.float32)
    )
    silent = weights.fit(events, dense_limit)
    told = replace(NeighborModel.fit(events), weights=weights.reading(silent, alike(sagas(6)), 0.8))
    user_of_it = UserView("one", {}, np.array([0], np.int32), np.zeros(1), np.ones(1, np.float32))
    assert replace(told, weights=silent).scores(user_of_it)[3] == 0
    assert told.scores(user_of_it)[3] > 0
    assert told.fold_in(user_of_it).because(3) == 0
