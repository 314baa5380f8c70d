"""A bundle is whole or refused, and a swap is never seen half done."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tools import bundle
from tools.errors import BundleMissing, CorruptData, NotFound
from tools.home import Home


def publish(home: Home, text: str = "weights") -> bundle.Manifest:
    with bundle.staging(home) as folder:
        (folder / "tool").mkdir()
        (folder / "tool" / "model.bin").write_text(text)
        manifest = bundle.Manifest(id=bundle.new_id(), created="now", store_fingerprint="f", domain_hash="d")
        return bundle.publish(home, folder, manifest)


def current_model(home: Home) -> Path:
    return bundle.current_folder(home) / "tool" / "model.bin"


def test_a_published_bundle_is_the_current_one_and_lists_every_file(home: Home) -> None:
    manifest = publish(home)
    assert bundle.current_id(home) == manifest.id
    assert bundle.verify(bundle.current_folder(home)) == manifest
    assert list(manifest.files) == ["tool/model.bin"]
    assert manifest.files["tool/model.bin"].size == len("weights")
    assert "numpy" in manifest.libraries


def test_the_current_link_is_relative_so_a_home_can_be_moved(home: Home, tmp_path: Path) -> None:
    publish(home)
    moved = Home.at(home.root.rename(tmp_path / "moved"))
    assert bundle.verify(bundle.current_folder(moved))


def test_without_a_bundle_the_remedy_is_named(home: Home) -> None:
    with pytest.raises(BundleMissing, match="tastemaker ingest"):
        bundle.current_folder(home)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.write_text("weighty"), "SHA-256"),
        (lambda path: path.write_text("weight"), "6 bytes"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_a_damaged_file_is_refused_by_name(home: Home, damage, reason: str) -> None:
    publish(home)
    damage(current_model(home))
    with pytest.raises(CorruptData, match=reason) as refused:
        bundle.verify(bundle.current_folder(home))
    assert "tool/model.bin" in str(refused.value)


def test_a_manifest_that_cannot_be_read_is_refused_by_name(home: Home) -> None:
    publish(home)
    (bundle.current_folder(home) / bundle.MANIFEST).write_text("{")
    with pytest.raises(CorruptData, match=r"manifest\.json"):
        bundle.verify(bundle.current_folder(home))


def test_a_bundle_of_another_format_is_refused(home: Home) -> None:
    publish(home)
    path = bundle.current_folder(home) / bundle.MANIFEST
    path.write_text(path.read_text().replace(f'"format": {bundle.FORMAT}', '"format": 999'))
    with pytest.raises(CorruptData, match="format 999"):
        bundle.verify(bundle.current_folder(home))


def test_a_training_that_fails_leaves_the_old_bundle_and_no_rubbish(home: Home) -> None:
    first = publish(home)
    with pytest.raises(OSError, match="no such folder"), bundle.staging(home) as folder:  # noqa: PT012
        (folder / "half").write_text("written")
        raise OSError("no such folder")
    assert bundle.current_id(home) == first.id
    assert sorted(p.name for p in home.bundles.iterdir()) == sorted([first.id, "current"])


def test_the_last_three_bundles_are_kept(home: Home) -> None:
    made = [publish(home).id for _ in range(5)]
    assert bundle.bundle_ids(home) == made[2:]
    assert bundle.current_id(home) == made[-1]


def test_the_bundle_in_use_survives_pruning_however_old(home: Home) -> None:
    made = [publish(home).id for _ in range(3)]
    bundle.point_at(home, made[0])
    bundle.prune(home, keep=1)
    assert bundle.bundle_ids(home) == [made[0], made[2]]


def test_what_a_killed_training_left_is_cleared_a_day_later(home: Home) -> None:
    for name, mtime in ((".new-old", 0), (".new-running", None)):
        (home.bundles / name).mkdir(parents=True)
        if mtime is not None:
            os.utime(home.bundles / name, (mtime, mtime))
    publish(home)
    assert [p.name for p in home.bundles.glob(".new-*")] == [".new-running"]


def test_rollback_returns_to_the_bundle_before_exactly(home: Home) -> None:
    first = publish(home, "old")
    publish(home, "new")
    assert bundle.rollback(home) == first.id
    assert current_model(home).read_text() == "old"
    with pytest.raises(NotFound, match="older"):
        bundle.rollback(home)


def test_rollback_to_a_damaged_bundle_is_refused_and_changes_nothing(home: Home) -> None:
    publish(home, "old")
    damaged = current_model(home)
    second = publish(home, "new")
    damaged.write_text("bad")
    with pytest.raises(CorruptData):
        bundle.rollback(home)
    assert bundle.current_id(home) == second.id


def test_readers_always_find_a_whole_bundle_while_bundles_are_swapped(home: Home) -> None:
    publish(home)
    stop, seen, wrong = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(bundle.verify(bundle.current_folder(home)).id)
            except Exception as error:
                wrong.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    made = [publish(home).id for _ in range(20)]
    stop.set()
    reader.join()
    assert not wrong
    assert len(seen) > 1
    assert bundle.current_id(home) == made[-1]
