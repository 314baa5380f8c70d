"""Chances of a like: learned point in time, the same in bulk as for one user, honest, and explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import log_loss, roc_auc_score

from tests import world
from tools.bus import Candidates
from tools.catalogue import Catalogue
from tools.context import Context
from tools.ctr import metrics, tool
from tools.ctr.calibration import Calibration
from tools.ctr.effects import effects
from tools.ctr.features import ItemStats
from tools.ctr.line import Line
from tools.ctr.model import CtrModel
from tools.ctr.rows import training_rows
from tools.ctr.zoo import KINDS, TRIED, Mix
from tools.interactions import Interactions
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.store import Item
from tools.store.frames import event_frame
from tools.user import UserView

DOMAIN = world.domain()
CATALOGUE = Catalogue.build(world.ITEMS, DOMAIN)
EVENTS = Interactions.from_events(event_frame(world.EVENTS), CATALOGUE, DOMAIN.feedback)
COLD = UserView("nobody")
BOTH = {"linear": 1.0, "boosting": 20}


def fit(events: Interactions = EVENTS) -> CtrModel:
    profile = ProfileModel.fit(CATALOGUE, events, DOMAIN)
    return CtrModel.fit(events, profile, Popularity.fit(events), CATALOGUE, DOMAIN)


@pytest.fixture(scope="module")
def model() -> CtrModel:
    return fit()


def view(user_id: str, until: float = np.inf, events: Interactions = EVENTS) -> UserView:
    mine = (events.user == events.user_ids.index(user_id)) & (events.time < until)
    mine = events.take(mine)
    return UserView(user_id, {}, mine.item, mine.time, mine.weight, known=True, grades=mine.grade)


def items(*ids: str) -> np.ndarray:
    return np.array([CATALOGUE.index(i) for i in ids], np.int32)


def random_events(seed: int, kinds: tuple[float, ...] = (-1.0, 0.0, 1.0), n: int = 600) -> Interactions:
    """Events with many ties in time, some users with a single event."""
    rng = np.random.default_rng(seed)
    user = np.minimum(rng.geometric(0.15, n) - 1, 19).astype(np.int32)
    time = np.sort(rng.integers(0, 150, n) * 40_000.0)
    item = rng.integers(0, len(CATALOGUE), n).astype(np.int32)
    return Interactions(tuple(map(str, range(20))), len(CATALOGUE), user, item, time, rng.choice(kinds, n).astype("f4"))


@pytest.mark.parametrize(("user", "liked", "disliked"), [("a03", "s03", "p07"), ("b05", "p05", "s09")])
def test_an_unseen_item_of_the_users_own_camp_is_likelier_than_one_of_the_other(
    model: CtrModel, user: str, liked: str, disliked: str
) -> None:
    own, other = model.predict(view(user), items(liked, disliked))
    assert own > 0.6 > 0.4 > other


def test_chances_are_probabilities_one_per_item_in_the_order_asked(model: CtrModel) -> None:
    every = np.arange(len(CATALOGUE), dtype=np.int32)
    chances = model.predict(view("a01"), every)
    assert chances.dtype == np.float32
    assert chances.shape == every.shape
    assert ((chances > 0) & (chances < 1)).all()
    np.testing.assert_allclose(model.predict(view("a01"), every[::-1]), chances[::-1], rtol=1e-6)
    assert model.predict(view("a01"), items()).shape == (0,)


@pytest.mark.parametrize("seed", range(3))
def test_a_training_row_equals_what_the_user_would_have_been_told_at_that_moment(seed: int) -> None:
    events = random_events(seed)
    model = fit(events)
    stats = ItemStats.at_moments(events, events.item, events.time)
    bulk = model.batch_at(events, events.user, events.time, events.item, stats)
    for row in range(0, len(events.item), 7):
        before = events.time < events.time[row]
        item = events.item[row : row + 1]
        user = view(events.user_ids[events.user[row]], events.time[row], events)
        alone = model.batch(user, item, ItemStats.of(events.take(before)))
        np.testing.assert_allclose(alone.table[0], bulk.table[row], atol=2e-5)
        np.testing.assert_array_equal(alone.past.items[0], bulk.past.items[row])
        np.testing.assert_array_equal(alone.past.grades[0], bulk.past.grades[row])


@pytest.mark.parametrize("seed", range(3))
def test_many_pairs_at_once_get_exactly_what_each_user_alone_would(seed: int) -> None:
    events, rng = random_events(seed), np.random.default_rng(seed)
    model = fit(events)
    rows = model.batch_at(
        events, events.user, events.time, events.item, ItemStats.at_moments(events, events.item, events.time)
    )
    kinds = {kind: KINDS[kind].fit(rows, events.weight > 0, setting) for kind, setting in BOTH.items()}
    model = replace(model, mix=Mix(tuple(kinds), tuple(BOTH.values()), tuple(kinds.values())))
    users = [COLD, *(view(user, events=events) for user in events.user_ids if user in set(map(str, events.user)))]
    owner, items = rng.integers(0, len(users), 7000), rng.integers(0, len(CATALOGUE), 7000).astype(np.int32)
    many = model.predict_many(users, owner, items)
    for n, user in enumerate(users):
        np.testing.assert_array_equal(many[owner == n], model.predict(user, items[owner == n]))
        np.testing.assert_array_equal(many[owner == n][:1], model.predict(user, items[owner == n][:1]))
    assert len(np.unique(many)) > 100
    assert model.predict_many([], owner[:0], items[:0]).shape == (0,)


def test_what_happens_at_or_after_a_moment_never_reaches_its_features() -> None:
    events = random_events(5)
    moment = events.time[300]
    late = events.time >= moment
    other = np.where(late, -events.weight + 1, events.weight)
    changed = replace(events, weight=other, grade=other, item=events.item.copy())
    changed.item[late] = (changed.item[late] + 3) % len(CATALOGUE)
    model = fit(events)
    asked = events.time <= moment  # rows at the moment itself ask about their own item, before it happened
    tables = []
    for world_line in (events, changed):
        about = (events.user[asked], events.time[asked], events.item[asked])
        stats = ItemStats.at_moments(world_line, about[2], about[1])
        tables.append(model.batch_at(world_line, *about, stats))
    np.testing.assert_array_equal(tables[0].table, tables[1].table)
    np.testing.assert_array_equal(tables[0].past.items, tables[1].past.items)
    assert asked.sum() > 300


def test_a_user_without_history_is_told_what_the_items_alone_say(model: CtrModel) -> None:
    tried = np.full(len(CATALOGUE), 20, np.float32)
    praised = model.predict(COLD, items("zh1", "s01", "p01"), ItemStats(tried, tried))
    panned = model.predict(COLD, items("zh1", "s01", "p01"), ItemStats(tried, tried * 0))
    assert (praised > panned + 0.1).all()
    known = model.predict(COLD, items("zh1", "hostile"))
    again = model.predict(UserView("somebody else", {"age": 99, "gender": "F"}), items("zh1", "hostile"))
    np.testing.assert_array_equal(again, known)


def test_attributes_of_the_user_change_nothing(model: CtrModel) -> None:
    flipped = replace(view("a02"), attributes={"gender": "M", "age": 71})
    np.testing.assert_array_equal(model.predict(view("a02"), items("s02")), model.predict(flipped, items("s02")))


def test_a_saved_model_predicts_and_explains_the_same(model: CtrModel, tmp_path: Path) -> None:
    model.save(tmp_path / "ctr")
    loaded = CtrModel.load(tmp_path / "ctr")
    every = np.arange(len(CATALOGUE), dtype=np.int32)
    np.testing.assert_array_equal(loaded.predict(view("a01"), every), model.predict(view("a01"), every))
    assert loaded.metrics == model.metrics
    assert effects(loaded, view("a01"), 0) == effects(model, view("a01"), 0)


def test_a_catalogue_of_titles_alone_can_be_fitted() -> None:
    bare = Catalogue.build([Item(item_id=item.item_id, title=item.title) for item in world.ITEMS], DOMAIN)
    profile = ProfileModel.fit(bare, EVENTS, DOMAIN)
    found = CtrModel.fit(EVENTS, profile, Popularity.fit(EVENTS), bare, DOMAIN)
    chances = found.predict(view("a01"), np.arange(len(bare), dtype=np.int32))
    assert ((chances > 0) & (chances < 1)).all()


def test_metrics_come_from_rows_that_were_held_out(model: CtrModel) -> None:
    assert {"auc", "logloss", "ece", "rows", "held_out_rows"} <= model.metrics.keys()
    assert model.metrics["rows"] == len(EVENTS.item)
    assert model.metrics["held_out_rows"] == pytest.approx(0.1 * len(EVENTS.item), abs=1)
    assert model.metrics["sampled_negatives"] == 0


def test_labels_that_are_noise_get_the_auc_of_noise() -> None:
    """With a leak from a row's own outcome, the held-out AUC would be far from a half."""
    found = fit(random_events(9, (-1.0, 1.0), n=6000)).metrics
    assert found["auc"] == pytest.approx(0.5, abs=0.07)
    for kind in TRIED:
        assert found[f"{kind}_auc"] == pytest.approx(0.5, abs=0.07)
        assert found[f"{kind}_validation_logloss"] == pytest.approx(np.log(2), abs=0.05)


def test_a_domain_without_non_clicks_has_them_sampled_and_says_so() -> None:
    likes = EVENTS.weight > 0
    events = EVENTS.take(likes)
    model = fit(events)
    assert model.metrics["sampled_negatives"] > 0
    own, other = model.predict(view("a03", events=events), items("s03", "p07"))
    assert own > other
    rows = training_rows(events, np.ones(len(CATALOGUE)))
    seen = events.seen()
    assert 0 < rows.click.mean() < 1
    assert not seen[rows.user[~rows.click], rows.item[~rows.click]].any()
    assert (np.diff(rows.time) >= 0).all()


def test_of_many_events_the_latest_are_fitted_sampled_non_clicks_included(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 400
    items, rng = 50, np.random.default_rng(0)
    events = Interactions(
        tuple(f"u{i}" for i in range(40)),
        items,
        rng.integers(0, 40, n).astype(np.int32),
        rng.integers(0, items, n).astype(np.int32),
        np.arange(n, dtype=float),
        np.ones(n, np.float32),
    )
    monkeypatch.setattr("tools.ctr.rows.MOST_ROWS", 90)
    rows = training_rows(events, np.ones(items))
    assert rows.time[rows.click].tolist() == list(range(n - 30, n))
    assert 30 < len(rows) <= 90
    mixed = events.take(slice(None))
    mixed.weight[::7] = -1.0
    assert training_rows(mixed, np.ones(items)).time.tolist() == list(range(n - 90, n))


@pytest.mark.parametrize("kept", [0, 30])
def test_with_too_little_to_learn_from_everybody_gets_the_average_and_the_metrics_say_so(kept: int) -> None:
    model = fit(EVENTS.take(slice(kept)))
    assert model.metrics["fitted"] == 0
    assert "auc" not in model.metrics
    assert len(np.unique(model.predict(view("a01"), items("s01", "p01", "w1")))) == 1


def test_effects_of_the_linear_model_add_up_to_the_log_odds(model: CtrModel) -> None:
    user, every = view("a04"), np.arange(len(CATALOGUE), dtype=np.int32)
    rows = model.batch(user, every)
    line = Line.fit(rows, rows.table[:, -1] > np.median(rows.table[:, -1]), 1.0)
    alone = replace(model, mix=Mix.alone("linear", 1.0, line))
    for item in items("s04", "p01"):
        total = sum(effect.effect for effect in effects(alone, user, int(item), top=99))
        assert total + line.bias == pytest.approx(line.logits(rows)[item], abs=0.06)


def test_effects_name_the_taste_in_both_languages_and_lose_it_with_the_history(model: CtrModel) -> None:
    item = int(items("s04")[0])
    taste = {e.feature: e for e in effects(model, view("a04"), item, top=99)}["taste_match"]
    assert taste.effect > 0
    assert taste.en in ("taste match: Comedy, Sci-Fi", "taste match: Sci-Fi, Comedy")
    assert taste.zh in ("口味匹配：喜剧、科幻", "口味匹配：科幻、喜剧")
    mismatch = {e.feature: e for e in effects(model, view("b04"), item, top=99)}["taste_match"]
    assert mismatch.effect < 0
    assert mismatch.en.startswith("taste mismatch")
    cold = {e.feature for e in effects(model, COLD, item, top=99)}
    assert "user_unknown" in cold
    assert not cold & {"taste_match", "user_habits"}


def test_effects_are_the_strongest_first_and_as_many_as_asked(model: CtrModel) -> None:
    told = effects(model, view("a04"), 0, top=3)
    every = effects(model, view("a04"), 0, top=99)
    assert told == every[:3]
    assert [abs(e.effect) for e in every] == sorted((abs(e.effect) for e in every), reverse=True)


# Metrics and calibration


def test_metrics_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    chances, users = rng.integers(1, 20, 500) / 20, rng.integers(0, 12, 500).astype(np.int32)
    clicks = rng.random(500) < chances
    clicks[users == 3] = True
    got = metrics.evaluate(chances, clicks, users)
    both = [u for u in range(12) if u != 3]
    each = [(roc_auc_score(clicks[users == u], chances[users == u]), (users == u).sum()) for u in both]
    assert got["auc"] == pytest.approx(roc_auc_score(clicks, chances), abs=1e-5)
    assert got["gauc"] == pytest.approx(_weighted(each), abs=1e-5)
    assert got["logloss"] == pytest.approx(log_loss(clicks, chances), abs=1e-5)


def _weighted(pairs: list[tuple[float, int]]) -> float:
    return sum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)


def test_the_calibration_error_is_the_gap_between_said_and_happened() -> None:
    clicks = np.array([True] * 6 + [False] * 4)
    assert metrics.ece(np.full(10, 0.9), clicks) == pytest.approx(0.3)
    assert metrics.ece(np.full(10, 0.6), clicks) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("distort", "kind"), [(lambda z: z, "none"), (lambda z: 4 * z + 3, "platt")])
def test_the_calibration_that_fits_is_chosen_and_mends_the_probabilities(distort, kind: str) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1.5, 8000)
    clicks = rng.random(8000) < 1 / (1 + np.exp(-logits))
    chosen = Calibration.choose(distort(logits), clicks)
    assert metrics.ece(chosen(distort(logits)), clicks) < 0.03
    if kind == "platt":
        assert chosen.kind != "none"
    assert Calibration.from_json(chosen.to_json()) == chosen


def test_a_perfect_separation_does_not_end_in_certainty() -> None:
    logits = np.tile([-2.0, 2.0], 40)
    chances = Calibration.choose(logits, logits > 0)(logits)
    assert 0.005 <= chances.min() < chances.max() <= 0.995


def test_a_stepped_distortion_is_mended_by_an_order_preserving_curve() -> None:
    rng = np.random.default_rng(2)
    logits = rng.uniform(-3, 3, 20_000)
    clicks = rng.random(20_000) < np.where(logits < 1, 0.1, 0.8)
    chosen = Calibration.choose(logits, clicks)
    assert chosen.kind == "isotonic"
    assert (np.diff(chosen(np.linspace(-4, 4, 200))) >= 0).all()


# The tool


def context(model: CtrModel, user: UserView) -> Context:
    box = SimpleNamespace(ctr=model, catalogue=CATALOGUE, domain=DOMAIN, popularity=Popularity.fit(EVENTS))
    return Context(box, user, np.ones(len(CATALOGUE), bool))


def test_the_tool_scores_what_the_others_put_on_the_bus(model: CtrModel) -> None:
    turn = context(model, view("a03"))
    found = items("s03", "p07", "w1")
    turn.bus.put(Candidates("search", np.sort(found), np.ones(3, np.float32), lambda item: []))
    said = tool.run(tool.Arguments(), turn)
    np.testing.assert_array_equal(turn.bus.scores("ctr", np.sort(found)), model.predict(view("a03"), np.sort(found)))
    assert said.startswith("3 candidate films")
    assert said.index("Martians on Holiday") < said.index("Rosewood Hall")
    assert len(said) <= 400


@pytest.mark.parametrize(("auc", "reasons"), [({}, 0), ({"auc": 0.49}, 0), ({"auc": 0.7}, 1)])
def test_a_chance_is_a_reason_only_where_the_model_ranks_better_than_by_lot(
    model: CtrModel, auc: dict[str, float], reasons: int
) -> None:
    others = {name: value for name, value in model.metrics.items() if name != "auc"}
    turn = context(replace(model, metrics=others | auc), view("a03"))
    turn.bus.put(Candidates("search", items("s03"), np.ones(1, np.float32), lambda item: []))
    tool.run(tool.Arguments(), turn)
    assert len(turn.bus.evidence(int(items("s03")[0]))) == reasons
    assert turn.bus.scores("ctr", items("s03")).size == 1


def test_with_an_empty_bus_the_popular_eligible_items_are_scored_and_it_says_so(model: CtrModel) -> None:
    turn = context(model, COLD)
    turn.eligible[items("zh1")] = False
    said = tool.run(tool.Arguments(), turn)
    assert "popular" in said
    assert len(turn.bus.items()) == len(CATALOGUE) - 1
    assert items("zh1")[0] not in turn.bus.items()


def test_with_nothing_eligible_the_tool_scores_nothing(model: CtrModel) -> None:
    turn = context(model, COLD)
    turn.eligible[:] = False
    assert tool.run(tool.Arguments(), turn).startswith("0 ")


def test_the_evidence_holds_the_chance_and_what_moved_it_in_both_languages(model: CtrModel) -> None:
    turn = context(model, view("a03"))
    tool.run(tool.Arguments(), turn)
    item = int(items("s03")[0])
    [reason] = turn.bus.evidence(item)
    chance = float(model.predict(view("a03"), items("s03"))[0])
    assert reason.kind == "ctr"
    assert reason.ctr == pytest.approx(chance, abs=1e-4)
    share = f"{min(chance, 0.99):.0%}"
    assert reason.text.startswith(f"estimated chance you like it: {share}, mostly because of ")
    assert reason.text_zh.startswith(f"预计你喜欢它的可能性为 {share}，主要因为")
    assert {e["feature"] for e in reason.effects} >= {"taste_match"}


def test_where_every_event_is_a_like_no_percentage_is_told_and_the_order_stays(model: CtrModel) -> None:
    """A chance against sampled non-clicks is as high as the sampling makes it."""
    likes = EVENTS.take(EVENTS.weight > 0)
    fitted = fit(likes)
    turn = context(replace(fitted, metrics=fitted.metrics | {"auc": 0.7}), view("a03", events=likes))
    said = tool.run(tool.Arguments(), turn)
    assert "%" not in said
    scores = turn.bus.scores("ctr", items("s03", "p07"))
    assert scores[0] > scores[1]
    for item in turn.bus.items():
        [reason] = turn.bus.evidence(int(item))
        told = reason.model_dump_json()
        assert "%" not in told
        assert "ctr" not in (reason.model_extra or {})
        assert reason.text.startswith(("likely to suit you", "less likely to suit you"))


@pytest.mark.parametrize(("events", "told"), [(1, False), (9, False), (12, True)])
def test_how_often_someone_approves_is_told_from_ten_events_on(model: CtrModel, events: int, told: bool) -> None:
    some, weights = np.resize(items("s01", "s02", "p01"), events), np.ones(events, np.float32)
    user = UserView("x", {}, some, np.arange(events) * 1.0, weights)
    found = {e.feature: e for e in effects(model, user, int(items("s04")[0]), top=99)}
    assert ("user_habits" in found) is told
    assert any("you approve" in e.en for e in found.values()) is told
    if events == 1:
        assert found["taste_match"].en in ("taste match", "taste mismatch")


@pytest.mark.parametrize(("count", "share"), [(1, False), (9, False), (10, True)])
def test_the_approval_of_an_item_is_told_from_ten_events_on(model: CtrModel, count: int, share: bool) -> None:
    tried = np.full(len(CATALOGUE), count, np.float32)
    told = effects(replace(model, stats=ItemStats(tried, tried)), view("a04"), int(items("s04")[0]), top=99)
    assert any("approval" in e.en for e in told) is share


def test_the_model_may_not_name_a_user_or_anything_else(model: CtrModel) -> None:
    schema = tool.arguments(CATALOGUE)
    assert schema().top == 10
    for wrong in ({"user_id": "a01"}, {"top": 0}, {"top": "many"}):
        with pytest.raises(ValidationError):
            schema.model_validate(wrong)
