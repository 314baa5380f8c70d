"""Every kind of click model learns, is saved without pickle, and says what its columns add; the best is chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tools.ctr.features import LENGTH, Batch, Past
from tools.ctr.metrics import auc
from tools.ctr.zoo import KINDS, Mix, try_all
from tools.errors import CorruptData

SETTING = {"linear": 1.0, "forest": 40, "boosting": 60, "gru": 20, "cnn": 20}
ITEMS, COLUMNS = 40, 6


def world_of(n: int, seed: int, by_past: bool = False) -> tuple[Batch, np.ndarray]:
    """Column 0 decides, or with `by_past` the grade of the user's latest event does; the rest is noise."""
    rng = np.random.default_rng(seed)
    past = Past(rng.integers(-1, ITEMS, (n, LENGTH)).astype(np.int32), rng.choice([-1, 1], (n, LENGTH)).astype("f4"))
    past.items[:, -1] = np.abs(past.items[:, -1])
    rows = Batch(
        rng.normal(size=(n, COLUMNS)).astype(np.float32),
        rng.integers(0, ITEMS, n).astype(np.int32),
        np.arange(n),
        past,
        np.random.default_rng(9).normal(size=(ITEMS, 5)).astype(np.float32),
    )
    signal = 3 * past.grades[:, -1] if by_past else 2 * rows.table[:, 0]
    return rows, rng.random(n) < 1 / (1 + np.exp(-signal))


TRAINED, CLICKS = world_of(4000, 0)
FRESH, FRESH_CLICKS = world_of(1500, 1)


@pytest.fixture(scope="module", params=KINDS)
def mix(request: pytest.FixtureRequest) -> Mix:
    kind = request.param
    return Mix.alone(kind, SETTING[kind], KINDS[kind].fit(TRAINED, CLICKS, SETTING[kind]))


def test_every_kind_finds_the_column_that_decides(mix: Mix) -> None:
    best = auc(FRESH.table[:, 0], FRESH_CLICKS)
    assert auc(mix.logits(FRESH), FRESH_CLICKS) > best - 0.03


def test_the_parts_of_every_kind_name_the_column_that_decides_with_its_sign(mix: Mix) -> None:
    strong = FRESH[np.flatnonzero(np.abs(FRESH.table[:, 0]) > 1)[:40]]
    parts = mix.parts(strong)
    assert parts.shape == (40, COLUMNS)
    assert (np.abs(parts).argmax(1) == 0).mean() > 0.9
    assert (np.sign(parts[:, 0]) == np.sign(strong.table[:, 0])).mean() > 0.9


def test_exact_parts_add_up_to_the_log_odds(mix: Mix) -> None:
    if not mix.scorers[0].EXACT:
        pytest.skip("this kind's parts are approximate by design")
    rest = mix.logits(FRESH) - mix.parts(FRESH).sum(1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_every_kind_reads_one_past_for_all_rows_as_it_reads_the_same_past_for_each(mix: Mix) -> None:
    once = Past(FRESH.past.items[:1], FRESH.past.grades[:1])
    many, first = Past(once.items.repeat(20, axis=0), once.grades.repeat(20, axis=0)), FRESH[:20]
    one, each = (mix.logits(replace(first, past=past)) for past in (once, many))
    np.testing.assert_allclose(one, each, atol=1e-5)
    assert mix.logits(FRESH[:0]).shape == (0,)


def test_every_kind_is_saved_without_pickle_and_scores_the_same(mix: Mix, tmp_path: Path) -> None:
    mix.save(tmp_path)
    np.testing.assert_allclose(Mix.load(tmp_path).logits(FRESH), mix.logits(FRESH), atol=1e-6)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".json", ".npz", ".txt", ".safetensors"}


def test_fitting_twice_gives_the_same_model(mix: Mix) -> None:
    np.testing.assert_allclose(mix.refit(TRAINED, CLICKS).logits(FRESH), mix.logits(FRESH), atol=1e-6)


@pytest.mark.parametrize(("kind", "file"), [("boosting", "trees.txt"), ("gru", "network.safetensors")])
def test_a_damaged_model_is_refused_by_name(kind: str, file: str, tmp_path: Path) -> None:
    Mix.alone(kind, 2, KINDS[kind].fit(TRAINED[:500], CLICKS[:500], 2)).save(tmp_path)
    (tmp_path / kind / file).write_bytes(b"damaged")
    with pytest.raises(CorruptData, match=file):
        Mix.load(tmp_path)


@pytest.mark.parametrize("kind", ["gru", "cnn"])
def test_a_sequence_encoder_reads_what_no_column_holds(kind: str) -> None:
    rows, clicks = world_of(6000, 2, by_past=True)
    fresh, told = world_of(1500, 3, by_past=True)
    deep, line = KINDS[kind].fit(rows, clicks, 6), KINDS["linear"].fit(rows, clicks, 1.0)
    assert auc(line.logits(fresh), told) < 0.6
    assert auc(deep.logits(fresh), told) > 0.75


def test_the_choice_is_by_validation_loss_and_the_mean_of_the_best_is_among_it() -> None:
    choices = try_all(TRAINED, CLICKS, 3000, 4000, ("linear", "forest", "boosting"))
    assert [choice.loss for choice in choices] == sorted(choice.loss for choice in choices)
    assert {len(choice.mix.kinds) for choice in choices} == {1, 3}
    [mean] = [choice.mix for choice in choices if len(choice.mix.kinds) == 3]
    alone = [choice.mix.logits(FRESH) for choice in choices if len(choice.mix.kinds) == 1]
    np.testing.assert_allclose(mean.logits(FRESH), np.mean(alone, axis=0), atol=1e-9)


def test_a_forest_of_chance_data_is_near_even() -> None:
    """LightGBM's raw forest is a sum over trees; unaveraged it would be certain of everything."""
    clicks = np.random.default_rng(4).random(4000) < 0.5
    assert np.abs(KINDS["forest"].fit(TRAINED, clicks, 40).logits(FRESH)).max() < 1.5
