"""The demo data: titles put right, films found in the other catalogue, and nothing used that is not what was pinned."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tools import movielens
from tools.errors import CorruptData, TastemakerError
from tools.film_titles import FilmTitle, TitleIndex


@pytest.mark.parametrize(
    ("text", "main", "others", "year"),
    [
        ("Matrix, The (1999)", "The Matrix", (), 1999),
        ("Toy Story (1995)", "Toy Story", (), 1995),
        ("Avventura, L' (1960)", "L'Avventura", (), 1960),
        ("Paris, Texas (1984)", "Paris, Texas", (), 1984),
        ("Seven (Se7en) (1995)", "Seven", ("Se7en",), 1995),
        (
            "City of Lost Children, The (Cite des enfants perdus, La) (1995)",
            "The City of Lost Children",
            ("La Cite des enfants perdus",),
            1995,
        ),
        ("Independence Day (a.k.a. ID4) (1996)", "Independence Day", ("ID4",), 1996),
        ("Land Before Time III (1995) (V)", "Land Before Time III", (), 1995),
        ("unknown", "unknown", (), None),
        ("(1995)", "(1995)", (), 1995),
    ],
)
def test_a_title_loses_its_year_and_gets_its_article_back(
    text: str, main: str, others: tuple[str, ...], year: int | None
) -> None:
    assert FilmTitle.parse(text) == FilmTitle(main, others, year)


def test_a_film_is_found_by_either_title_within_a_year_and_the_nearest_year_wins() -> None:
    index = TitleIndex(
        [("Sabrina", 1954), ("Sabrina", 1995), ("L'Appât", 1995), ("Star Wars: Episode IV", 1977), ("The Star", None)]
    )
    assert index.find(FilmTitle.parse("Sabrina (1995)")) == 1
    assert index.find(FilmTitle.parse("Sabrina (1955)")) == 0
    assert index.find(FilmTitle.parse("Bait, The (Appat, L') (1996)")) == 2
    assert index.find(FilmTitle.parse("Star Wars (1977)")) == 3
    assert index.find(FilmTitle.parse("Star Wars (1978)")) is None
    assert index.find(FilmTitle.parse("Sabrina (1970)")) is None
    assert index.find(FilmTitle.parse("The Star")) is None


@pytest.fixture(scope="module")
def files() -> movielens.DemoFiles:
    try:
        return movielens.fetch()
    except TastemakerError as error:
        if isinstance(error, CorruptData):
            raise
        pytest.skip(f"MovieLens 100K cannot be had here: {error}")


def test_the_demo_data_are_movielens_100k_in_the_contracts_columns(files: movielens.DemoFiles) -> None:
    items, users, events = (pl.read_parquet(path) for path in (files.items, files.users, files.events))
    assert (len(items), len(users), len(events)) == (1_682, 943, 100_000)
    assert events.schema == {
        "user_id": pl.String,
        "item_id": pl.String,
        "timestamp": pl.Int64,
        "kind": pl.String,
        "value": pl.Float64,
    }
    assert set(events["kind"]) == {"rate"}
    assert events["value"].sum() == 352_986
    assert set(users.columns) == {"user_id", "age", "gender", "occupation", "zip_code"}
    assert set(items.explode("tags")["tags"].drop_nulls()) == set(movielens.GENRES)


def test_most_films_know_their_director_and_the_join_is_the_right_film(files: movielens.DemoFiles) -> None:
    items = pl.read_parquet(files.items)
    assert 0.82 <= items["director"].is_not_null().mean() <= 0.85  # type: ignore[operator]
    [film] = items.filter(item_id="98").to_dicts()
    assert film["title"] == "The Silence of the Lambs"
    assert (film["year"], film["director"], film["runtime"]) == (1991, ["Jonathan Demme"], 118)
    assert film["cast"][:1] == ["Anthony Hopkins"]
    assert film["tags"] == ["Drama", "Thriller"]


def test_a_damaged_file_in_the_cache_is_noticed_and_made_again(
    files: movielens.DemoFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "movielens"
    folder.mkdir()
    for path in files.items.parent.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    copy = movielens.DemoFiles(folder / "items.parquet", folder / "users.parquet", folder / "events.parquet")
    monkeypatch.setenv("TASTEMAKER_CACHE", str(tmp_path))
    assert movielens.fetch() == copy
    copy.users.write_bytes(copy.users.read_bytes()[:-1])
    assert movielens.fetch() == copy
    assert copy.users.read_bytes() == files.users.read_bytes()


def test_ratings_that_are_not_movielens_are_refused() -> None:
    ratings = pl.DataFrame([(1, 1, 5, 1)] * 100_000, ["user_id", "movie_id", "rating", "timestamp"], orient="row")
    with pytest.raises(CorruptData, match="not those of MovieLens"):
        movielens._check({"data": ratings})
    with pytest.raises(CorruptData, match="100000 data, this copy 3"):
        movielens._check({"data": ratings[:3]})
