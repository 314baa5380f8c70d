"""Tuning the text encoder: what it learns, what it never sees, when it is kept, and how it goes on after a kill."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests import brands, world
from tests.trained import write_domain
from tools import bundle
from tools.catalogue import Catalogue
from tools.errors import CorruptData, HomeInUse, InvalidInput, TastemakerError
from tools.home import Home
from tools.interactions import Interactions
from tools.search.encoder import Encoder
from tools.store import Event, Store
from tools.toolbox import ENCODER, Toolbox, encoder, load_domain
from tools.train import train, up_to_date
from tools.tune import kept
from tools.tune.measure import Figures
from tools.tune.network import losses
from tools.tune.pairs import Pairs
from tools.tune.phrases import Phrases
from tools.tune.run import plan, tune
from tools.tune.settings import Settings
from tools.tune.split import Split
from tools.tune.unfinished import place

SETTINGS = Settings(batch=24, epochs=2, lr=2e-3)
IDLE = Settings(batch=64, epochs=6, lr=1e-12, patience=1)  # learns nothing


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The brands, untuned: read it, do not change it."""
    return brands.fill(Home.at(tmp_path_factory.mktemp("shop")))


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, Any]]:
    """A tuned home, and the report."""
    home = brands.fill(Home.at(tmp_path_factory.mktemp("tuned")))
    return home, tune(home, SETTINGS)


@pytest.fixture
def own_shop(tmp_path: Path) -> Home:
    return brands.fill(Home.at(tmp_path / "shop"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.name.startswith("store.db")}


def copied(home: Home, folder: Path) -> Home:
    shutil.copytree(home.root, folder / "copy", symlinks=True)
    return Home.at(folder / "copy")


def likes(home: Home) -> tuple[Catalogue, Interactions]:
    store, domain = Store.open(home.store_url), load_domain(home)
    catalogue = Catalogue.build(store.items(), domain)
    events = Interactions.from_events(store.events(), catalogue, domain.feedback)
    store.close()
    return catalogue, events


def test_what_is_bought_together_is_found_where_the_words_say_otherwise(tuned: tuple[Home, dict[str, Any]]) -> None:
    _, report = tuned
    assert report["kept"]
    for part in ("dev", "test"):
        base, better = report[part]["base"], report[part]["tuned"]
        assert better["together"] > base["together"] + 0.15
        assert report[part]["gain"]["together"] > 2 * report[part]["gain"]["together_se"]
        assert better["words"] >= base["words"] - 0.05


def test_the_next_training_serves_the_tuned_encoder_and_after_off_the_base(
    tuned: tuple[Home, dict[str, Any]], tmp_path: Path
) -> None:
    home, report = copied(tuned[0], tmp_path), tuned[1]
    train(home, progress=False)
    box = Toolbox.open(home)
    assert box.manifest.settings["encoder"] == report["encoder"] == kept.current(home)
    assert up_to_date(home, box.store)
    words = ["Norrvik lamp 1", "boat"]
    assert not np.allclose(box.search.encoder.encode(words), encoder().encode(words), atol=0.05)
    np.testing.assert_allclose(box.search.encoder.encode([box.catalogue.text(0)])[0], box.search.vectors[0], atol=1e-5)
    box.store.close()

    assert kept.switch_off(home) == report["encoder"]
    old = Toolbox.open(home)  # the bundle stays what it was
    assert old.search.encoder.name == report["encoder"]
    assert not up_to_date(home, old.store)
    old.store.close()
    with pytest.raises(InvalidInput, match="encoder has changed"):
        train(home, only="search", progress=False)
    train(home, progress=False)
    assert bundle.read_manifest(bundle.current_folder(home)).settings["encoder"] == ENCODER


def test_what_is_served_are_the_base_and_the_adapter_as_peft_puts_them_together(
    tuned: tuple[Home, dict[str, Any]],
) -> None:
    from peft import PeftModel
    from sentence_transformers import SentenceTransformer

    from tools.weights import ensure

    home, report = tuned
    folder = kept.verified(home, report["encoder"])
    whole = SentenceTransformer(str(ensure(ENCODER)), device="cpu")
    PeftModel.from_pretrained(whole[0].model, str(folder / "adapter"))  # its layers go into the model
    words = ["Velo tiger 2", "a train by Umbra", "今晚"]
    theirs = whole.encode(words, normalize_embeddings=True)
    np.testing.assert_allclose(Encoder.load(folder).encode(words), theirs, atol=1e-5)


def test_a_tuning_that_was_killed_goes_on_and_ends_as_one_that_was_not(
    own_shop: Home, tuned: tuple[Home, dict[str, Any]]
) -> None:
    def killed(epoch: int, step: int, of: int, values: Mapping[str, float]) -> None:
        if (epoch, step) == (2, 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(own_shop, SETTINGS, told=killed)
    assert kept.current(own_shop) is None
    with pytest.raises(InvalidInput, match=r"lr 0\.002, not 0\.001"):
        tune(own_shop, Settings(batch=24, epochs=2), resume=True)
    report = tune(own_shop, SETTINGS, resume=True)
    _, whole = tuned
    assert report["encoder"] == whole["encoder"]  # the name holds the weights' hash
    assert [e["together"] for e in report["history"]] == [e["together"] for e in whole["history"]]
    assert not place(own_shop).exists()


def test_the_curves_are_in_tensorboard_and_the_report_beside_them(tuned: tuple[Home, dict[str, Any]]) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    home, report = tuned
    curves = EventAccumulator(str(home.root / "runs" / report["run"]))
    curves.Reload()
    dev = [point.value for point in curves.Scalars("dev/together")]
    np.testing.assert_allclose(dev[1:], [epoch["together"] for epoch in report["history"]], atol=1e-6)
    assert dev[0] == pytest.approx(report["dev"]["base"]["together"])
    assert len(curves.Scalars("train/loss_together")) == 2 * round(116 / 24)
    assert (home.root / "runs" / report["run"] / "report.json").is_file()


def test_a_damaged_encoder_is_refused_with_a_remedy(tuned: tuple[Home, dict[str, Any]], tmp_path: Path) -> None:
    copy, report = copied(tuned[0], tmp_path), tuned[1]
    path = kept.encoders(copy) / report["encoder"] / "model.safetensors"
    with path.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\x00\x01\x02\x03")
    with pytest.raises(CorruptData, match="tune --off"):
        encoder(report["encoder"], copy)


def test_an_encoder_that_saw_later_events_is_no_encoder_for_a_training_until_then(
    tuned: tuple[Home, dict[str, Any]],
) -> None:
    home, _ = tuned
    with pytest.raises(InvalidInput, match="tune --off"):
        train(home, until=world.START + 100 * world.DAY, progress=False)


def test_without_a_gain_it_stops_early_and_the_base_stays(own_shop: Home) -> None:
    report = tune(own_shop, IDLE, "none")
    assert (report["kept"], report["encoder"], len(report["history"])) == (False, ENCODER, 1)
    assert "base" in report["dev"]
    assert kept.current(own_shop) is None
    assert not [path for path in kept.encoders(own_shop).iterdir() if path.name != ".lock"]


def test_a_plan_changes_nothing(shop: Home) -> None:
    before = files(shop.root)
    told = plan(shop, SETTINGS)
    assert told["steps"] == 2 * round(116 / 24)
    assert told["data"]["items"] == {"train": 116, "dev": 14, "test": 14}
    assert files(shop.root) == before


def test_no_pair_holds_an_item_or_a_time_that_is_asked_about(shop: Home) -> None:
    _, events = likes(shop)
    split = Split.of(events, seed=0)
    pairs = Pairs.of(split.training)
    seen = set(pairs.left.tolist()) | set(pairs.right.tolist())
    assert seen <= set(np.flatnonzero(split.part == 0).tolist())
    early, dev, test = split.windows
    assert early.time.max() < dev.time.min() <= dev.time.max() < test.time.min()
    assert split.training.time.max() <= early.time.max()
    assert len(early.time) + len(dev.time) + len(test.time) == len(events.time)


def test_what_the_same_user_likes_and_what_answers_the_same_request_is_no_negative(shop: Home) -> None:
    catalogue, events = likes(shop)
    split = Split.of(events, seed=0)
    pairs, liked = Pairs.of(split.training), split.training.liked()
    batch = next(iter(pairs.epoch(1, 32, Phrases(catalogue, ascii_only=True), seed=0)))
    assert batch.hidden.shape == (96, 64)
    brand = np.array([catalogue.titles[i].split()[0] for i in batch.items])
    assert (brand[:32] == brand[32:]).all()  # pairs are by one customer, who buys one brand
    for n in range(32):
        mates = {
            user for user in range(liked.shape[0]) if liked[user, batch.items[n]] and liked[user, batch.items[32 + n]]
        }
        assert any((batch.hidden[n] == (liked[user].toarray()[0, batch.items] > 0)).all() for user in mates)
        assert (batch.hidden[n] == batch.hidden[32 + n]).all()
        same = [all(word in catalogue.text(i) for word in batch.asked[n].split()) for i in batch.items]
        assert not (batch.hidden[64 + n] & ~np.array(same)).any()
        assert batch.hidden[64 + n, 32 + n]


def test_hidden_items_do_not_count_in_the_loss() -> None:
    import torch

    items = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [0.1, 1.0]]), dim=1)
    asked = items[2:]
    nothing, everything = torch.zeros(6, 4, dtype=torch.bool), torch.ones(6, 4, dtype=torch.bool)
    assert all(float(loss) == 0 for loss in losses(items, asked, everything))
    pairs, words = losses(items, asked, nothing)
    scores = 20 * torch.cat([items, asked]) @ items.T
    targets = torch.tensor([2, 3, 0, 1, 2, 3])
    expected = scores.logsumexp(1) - scores[torch.arange(6), targets]
    torch.testing.assert_close(torch.stack([pairs, words]), torch.stack([expected[:4].mean(), expected[4:].mean()]))


def test_better_means_by_more_than_a_standard_error_and_no_worse_in_words() -> None:
    base = Figures(together=[0.1, 0.3, 0.2, 0.4], words=[0.5, 0.7])
    more = [0.2, 0.4, 0.3, 0.5]
    assert Figures(together=more, words=[0.7, 0.5]).beats(base)
    assert not Figures(together=more, words=[0.5, 0.69]).beats(base)
    assert not Figures(together=[0.9, 0.0, 0.2, 0.4], words=[0.5, 0.7]).beats(base)
    assert not base.beats(base)


def test_popular_items_are_damped_in_the_pairs() -> None:
    user = np.repeat(np.arange(20, dtype=np.int32), 3)
    item = np.array([[0, 1, 2 + n] for n in range(20)], np.int32).ravel()  # all like 0 and 1, and one of their own
    events = Interactions(
        tuple(map(str, range(20))), 22, user, item, np.arange(60.0), np.ones(60, np.float32), np.ones(60, np.float32)
    )
    pairs = Pairs.of(events)
    chance = np.diff(pairs.chance, prepend=0)
    both = (pairs.left == 0) & (pairs.right == 1)
    assert both.sum() == len(chance) / 3
    assert chance[both].sum() < 0.15
    assert chance.sum() == pytest.approx(1)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    for name in {"tensorboard": ("tensorboard", "torch.utils.tensorboard"), "peft": ("peft",), "wandb": ("wandb",)}[
        request.param
    ]:
        monkeypatch.setitem(sys.modules, name, None)
    return request.param


@pytest.mark.parametrize(
    ("without", "log", "remedy"),
    [
        ("tensorboard", "tensorboard", r"tastemaker\[tune\].*--log none"),
        ("peft", "none", r"tastemaker\[tune\].*--method full"),
        ("wandb", "wandb", "pip install wandb"),
    ],
    indirect=["without"],
)
def test_a_library_that_is_missing_is_named_with_the_remedy(
    own_shop: Home, without: str, log: Any, remedy: str
) -> None:
    with pytest.raises(TastemakerError, match=remedy):
        tune(own_shop, SETTINGS, log)


def test_weights_and_biases_hears_the_figures_when_it_is_asked_for(
    own_shop: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    run = SimpleNamespace(log=lambda values, step: heard.append((step, values)), finish=lambda: heard.append("end"))
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=lambda **given: heard.append(given) or run))
    report = tune(own_shop, IDLE, "wandb")
    assert heard[0]["id"] == report["run"]
    assert heard[0]["config"]["lr"] == 1e-12
    assert {"dev/together", "dev/words"} <= set(heard[1][1])
    assert heard[-1] == "end"


def test_two_tunings_of_one_home_do_not_mix(own_shop: Home) -> None:
    from tools.tune.run import alone

    with alone(own_shop), pytest.raises(HomeInUse, match="another"):
        tune(own_shop, SETTINGS)


def test_too_little_to_tune_on_is_refused(home: Home) -> None:
    write_domain(home, world.domain())
    store = Store.open(home.store_url)
    world.fill(store)
    with pytest.raises(InvalidInput, match="too few events"):
        plan(home, SETTINGS)
    store.close()


def test_without_a_like_there_is_nothing_to_tune_on(home: Home) -> None:
    write_domain(home, world.domain())
    store = Store.open(home.store_url)
    store.save_item(world.ITEMS[0])
    store.append([Event(user_id="u", item_id=world.ITEMS[0].item_id, timestamp=world.START)])
    store.close()
    with pytest.raises(InvalidInput, match="counts as a like"):
        plan(home, SETTINGS)


def test_what_was_done_after_the_bundles_time_is_not_read(own_shop: Home) -> None:
    everything = plan(own_shop, SETTINGS)["data"]
    train(own_shop, until=world.START + 120 * world.DAY, progress=False)
    half = plan(own_shop, SETTINGS)["data"]
    assert half["until"] == world.START + 120 * world.DAY
    assert sum(half["likes"].values()) == sum(everything["likes"].values()) / 2


def test_there_must_be_something_to_resume(own_shop: Home) -> None:
    with pytest.raises(InvalidInput, match="leave --resume out"):
        tune(own_shop, SETTINGS, "none", resume=True)
