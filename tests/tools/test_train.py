"""Training makes one bundle of all tools, or of one; a running process follows it and survives a bad one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests import world
from tests.trained import write_domain
from tools import bundle
from tools.errors import BundleMissing, CorruptData, InvalidInput, NotFound
from tools.home import Home
from tools.recommend import recommend
from tools.store import Event, Item, Store, User
from tools.toolbox import Live, Toolbox
from tools.train import TOOLS, read_time, train, up_to_date


@pytest.fixture
def live(own_home: Home) -> Iterator[Live]:
    opened = Live(own_home, check_every=0)
    yield opened
    opened.store.close()


def newer(home: Home, spoil: str | None = None) -> str:
    """Swap in a copy of the current bundle under a new name, with one file damaged if asked."""
    source = bundle.current_folder(home)
    with bundle.staging(home) as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        manifest = bundle.read_manifest(source).model_copy(update={"id": bundle.new_id()})
        bundle.publish(home, folder, manifest)
    if spoil:
        (home.bundles / manifest.id / spoil).write_bytes(b"spoilt")
    return manifest.id


def test_a_bundle_says_what_it_was_trained_on(trained_home: Home, box: Toolbox) -> None:
    manifest = box.manifest
    assert manifest.store_fingerprint == box.store.fingerprint()
    assert set(manifest.metrics) == set(TOOLS)
    assert manifest.settings["encoder"] == "all-minilm-l6-v2"
    assert {Path(name).parts[0] for name in manifest.files} == {"catalogue", *TOOLS}
    assert manifest.until is None


def test_training_is_skipped_only_while_nothing_changed(own_home: Home) -> None:
    store = Store.open(own_home.store_url)
    try:
        train(own_home, store=store, progress=False)
        assert up_to_date(own_home, store)
        store.append([Event(user_id="a01", item_id="w1", timestamp=world.NOW)])
        assert not up_to_date(own_home, store)
    finally:
        store.close()


def test_a_changed_domain_file_or_a_missing_bundle_is_not_up_to_date(own_home: Home) -> None:
    train(own_home, progress=False)
    assert up_to_date(own_home)
    write_domain(own_home, world.domain().model_copy(update={"tone": "curt"}))
    assert not up_to_date(own_home)
    own_home.current_bundle.unlink()
    assert not up_to_date(own_home)


def test_training_twice_gives_the_same_slates(own_home: Home, box: Toolbox) -> None:
    train(own_home, progress=False)
    again = Toolbox.open(own_home)
    for user in ("a01", "b07", "bridge", "newcomer"):
        first, second = recommend(box, user, "comedy"), recommend(again, user, "comedy")
        assert first.items == second.items
    again.store.close()


def test_nothing_is_learned_from_a_user_who_switched_profiling_off(own_home: Home) -> None:
    store = Store.open(own_home.store_url)
    for user in (*world.CAMP_A, "bridge", "optout"):
        store.correct_user(user, {}, profiling=False)
    train(own_home, store=store, progress=False)
    box = Toolbox.open(own_home, store)
    assert not set(world.CAMP_A) & set(box.neighbors.user_ids)
    assert len(store.events(profiled=True)) < len(store.events())
    store.close()


@pytest.mark.parametrize("until", [world.START + 200 * world.DAY, "2024-06-01T22:13:20+00:00"])
def test_until_hides_later_events(own_home: Home, until: float | str) -> None:
    train(own_home, until=until, progress=False)
    box = Toolbox.open(own_home)
    early, late = box.catalogue.index("s13"), box.catalogue.index("zh1")  # zh1's events come after day 200
    assert box.popularity.scores[early] > 0
    assert box.popularity.scores[late] == 0
    assert box.manifest.until == world.START + 200 * world.DAY
    assert not up_to_date(own_home, box.store)
    box.store.close()


def test_until_must_be_a_time() -> None:
    assert read_time("1700000000") == read_time("2023-11-14T22:13:20") == 1_700_000_000
    with pytest.raises(InvalidInput, match="next week"):
        read_time("next week")


@pytest.mark.parametrize(
    ("only", "refitted"),
    [
        ("search", {"search", "content"}),
        ("cf_neighbors", {"neighbors"}),
        ("popularity", {"popularity", "ctr"}),
        ("ctr", {"ctr"}),
    ],
)
def test_only_refits_one_tool_and_what_stands_on_it(own_home: Home, only: str, refitted: set[str]) -> None:
    before = bundle.current_folder(own_home)
    store = Store.open(own_home.store_url)
    store.append([Event(user_id="newcomer", item_id=i, timestamp=world.NOW, kind="like") for i in world.SPACE])
    train(own_home, only=only, store=store, progress=False)
    after = bundle.current_folder(own_home)
    assert after != before
    changed = {tool for tool in TOOLS if _bytes(before / tool) != _bytes(after / tool)}
    assert changed <= refitted
    assert only == "search" or changed
    assert set(bundle.read_manifest(after).metrics) == set(TOOLS)
    assert not up_to_date(own_home, store)  # the rest is as old as it was
    store.close()


def test_only_needs_a_known_tool_a_bundle_and_the_same_time(own_home: Home, home: Home) -> None:
    with pytest.raises(NotFound, match="horoscope"):
        train(own_home, only="horoscope", progress=False)
    with pytest.raises(InvalidInput, match="until"):
        train(own_home, only="ctr", until=world.NOW, progress=False)
    write_domain(home, world.domain())
    with pytest.raises(BundleMissing, match="train"):
        train(home, only="ctr", progress=False)


def test_an_empty_home_names_the_remedy(home: Home) -> None:
    with pytest.raises(BundleMissing, match="ingest"):
        train(home, progress=False)
    write_domain(home, world.domain())
    with pytest.raises(InvalidInput, match="no items"):
        train(home, progress=False)
    with pytest.raises(BundleMissing, match="train"):
        Toolbox.open(home)


def test_items_added_after_training_do_not_disturb_the_bundle(own_home: Home) -> None:
    box = Toolbox.open(own_home)
    box.store.save_item(Item(item_id="new", title="Brand New", tags=["Comedy"], attributes={"available": True}))
    box.store.append([Event(user_id="a01", item_id="new", timestamp=world.NOW, kind="rate", value=5)])
    assert len(box.view("a01").items) == (box.store.user_events("a01")["item_id"] != "new").sum()
    assert recommend(box, "a01").items
    box.store.close()


def test_a_view_holds_the_history_oldest_first_with_signed_weights(box: Toolbox) -> None:
    view = box.view("a01")
    assert view.known
    assert view.attributes["age"] == 20
    assert (np.diff(view.times) >= 0).all()
    assert {box.catalogue.ids[i] for i in view.liked} >= set(world.SPACE[2:])
    assert {box.catalogue.ids[i] for i in view.disliked} == {"p01", "p02"}
    assert len(box.view("a01", until=float(view.times[3])).items) == 3


def test_with_profiling_off_nothing_is_read(own_home: Home) -> None:
    box = Toolbox.open(own_home)
    box.store.save_user(User(user_id="a01", attributes={"age": 20}, profiling=False))
    view = box.view("a01")
    assert view.known
    assert not view.profiling
    assert not len(view.items)
    assert view.attributes == {}
    assert not box.view("stranger").known
    box.store.close()


def test_a_running_process_takes_up_a_new_bundle(live: Live, own_home: Home) -> None:
    old = live.current()
    name = newer(own_home)
    assert live.refresh().bundle_id == name
    assert live.current().bundle_id == name
    assert recommend(old, "a01").items, "a turn that began with the old bundle ends with it"


def test_a_damaged_new_bundle_is_refused_and_the_old_one_keeps_serving(
    live: Live, own_home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    old = live.current().bundle_id
    newer(own_home, spoil="catalogue/items.json")
    assert live.refresh().bundle_id == old
    assert live.last_error is not None
    assert "catalogue/items.json" in live.last_error
    assert recommend(live.current(), "a01").items
    good = newer_from(own_home, old)
    assert live.refresh().bundle_id == good
    assert live.last_error is None


def test_a_process_started_before_anything_is_trained_waits_for_it(own_home: Home, tmp_path: Path) -> None:
    (moved := own_home.bundles).rename(tmp_path / "aside")
    live = Live(own_home)
    with pytest.raises(BundleMissing, match="tastemaker train"):
        live.current()
    (tmp_path / "aside").rename(moved)
    assert live.current().bundle_id == bundle.current_id(own_home)
    live.store.close()


def newer_from(home: Home, bundle_id: str) -> str:
    bundle.point_at(home, bundle_id)
    return newer(home)


def test_a_damaged_bundle_does_not_open(own_home: Home) -> None:
    next((bundle.current_folder(own_home) / "profile").iterdir()).write_bytes(b"spoilt")
    with pytest.raises(CorruptData, match="profile"):
        Toolbox.open(own_home)


def test_no_turn_fails_while_bundles_are_swapped(live: Live, own_home: Home) -> None:
    stop, used, wrong = threading.Event(), set(), []

    def turns() -> None:
        while not stop.is_set():
            try:
                box = live.current()
                used.add(box.bundle_id)
                assert recommend(box, "a01", "space comedy", k=2).items
            except Exception as error:
                wrong.append(error)

    readers = [threading.Thread(target=turns) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in range(4):
        newer(own_home, spoil="catalogue/items.json" if n == 1 else None)
        live.refresh()
        if n == 1:
            newer_from(own_home, live.current().bundle_id)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(used) > 1


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
