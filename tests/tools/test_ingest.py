"""Data files: what is accepted, what is refused with file, row, column and reason, and that nothing is half-loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests import world
from tools.domain import Domain
from tools.errors import InvalidInput, NotFound
from tools.home import Home
from tools.ingest import IngestReport, ingest, install_domain
from tools.store import Item, Store

ITEMS = "item_id,title\n1,One\n2,Two\n"


@pytest.fixture
def empty(home: Home) -> Iterator[Store]:
    opened = Store.open(home.store_url)
    yield opened
    opened.close()


class Folder:
    """Writes small files and ingests them."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root, self.store = root, store

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, on_error: Any = "stop", domain: Domain | None = None, **files: str | bytes | Path) -> IngestReport:
        """Keyword `items_csv="..."` is the content of an items file named items.csv."""
        paths = {}
        for name, content in files.items():
            kind, _, ending = name.partition("_")
            paths[kind] = content if isinstance(content, Path) else self.write(f"{kind}.{ending or 'csv'}", content)
        return ingest(self.store, domain or world.domain(), **paths, on_error=on_error)

    def events(self, rows: str, on_error: Any = "skip", header: str = "user_id,item_id,timestamp") -> IngestReport:
        return self.take(on_error, items_csv=ITEMS, events_csv=f"{header}\n{rows}")


@pytest.fixture
def folder(tmp_path: Path, empty: Store) -> Folder:
    return Folder(tmp_path, empty)


def told(report: IngestReport) -> list[tuple[str, int, str]]:
    return [(Path(r.file).name, r.row, r.column) for r in report.rejects]


ROWS = [
    {"item_id": "007", "title": "Seven", "tags": ["Comedy", "Sci-Fi"], "year": 1999, "new": True, "score": 0.5},
    {"item_id": "8", "title": "八", "tags": [], "year": None, "new": False, "score": 2.0},
]


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    frame = pl.DataFrame(rows).with_columns(pl.col("tags").list.join("|"))
    return frame.write_csv().encode()


def _as_parquet(rows: list[dict[str, Any]], path: Path) -> bytes:
    pl.DataFrame(rows).write_parquet(path)
    return path.read_bytes()


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_the_same_items_come_out_of_every_format(folder: Folder, ending: str) -> None:
    content = {
        "csv": _as_csv(ROWS),
        "parquet": _as_parquet(ROWS, folder.root / "x.parquet"),
        "jsonl": "\n".join(json.dumps(row) for row in ROWS).encode(),
    }[ending]
    report = folder.take(**{f"items_{ending}": content})
    assert folder.store.items() == [
        Item(
            item_id="007",
            title="Seven",
            tags=["Comedy", "Sci-Fi"],
            attributes={"year": 1999, "new": True, "score": 0.5},
        ),
        Item(item_id="8", title="八", attributes={"new": False, "score": 2.0}),
    ]
    assert report.types == {"year": "number", "new": "boolean", "score": "number"}
    assert (report.items, report.rejects) == (2, [])


def test_types_are_inferred_from_what_a_column_says(folder: Folder) -> None:
    header = "item_id,title,year,price,zip,flag,made,cast,director,words,code,bar,empty"
    first = '1,One,1999,1.50,00123,TRUE,2020-01-02,A|B,Ada,"yes, no",1e3,12345678901234567890,'
    second = "2,Two,N/A,2,9,false,2021-05-06T07:08:09Z,C,Bo|Ci,1|" + "x" * 300 + ",2,1,"
    report = folder.take(items_csv="\n".join([header, first, second]))
    one, two = (item.attributes for item in folder.store.items())
    assert one == {
        "year": 1999,
        "price": 1.5,
        "zip": "00123",
        "flag": True,
        "made": "2020-01-02",
        "cast": ["A", "B"],
        "director": ["Ada"],
        "words": "yes, no",
        "code": 1000.0,
        "bar": "12345678901234567890",
    }
    assert two["cast"] == ["C"]
    assert two["director"] == ["Bo", "Ci"]
    assert "year" not in two
    assert (two["flag"], two["bar"]) == (False, "1")
    assert report.rejects == []


def test_typed_files_keep_their_types_and_dates_become_iso(folder: Folder) -> None:
    frame = pl.DataFrame(
        {
            "item_id": [1.0, 2.0],
            "title": ["One", "Two"],
            "zip": ["00123", "5"],
            "made": [date(2020, 1, 2), None],
            "at": [datetime(2020, 1, 2, 3, tzinfo=UTC), None],
            "director": ["Ada|Bo", None],
            "pipe": ["a|b", None],
            "price": pl.Series([1.25, float("nan")]),
        }
    )
    folder.take(items_parquet=_as_parquet(frame.to_dicts(), folder.root / "x.parquet"))
    one, two = folder.store.items()
    assert (one.item_id, two.item_id, two.attributes) == ("1", "2", {"zip": "5"})
    assert one.attributes == {
        "zip": "00123",
        "made": "2020-01-02",
        "at": "2020-01-02T03:00:00Z",
        "director": ["Ada", "Bo"],
        "pipe": "a|b",
        "price": 1.25,
    }


def test_number_ids_are_kept_as_written_in_jsonl(folder: Folder) -> None:
    lines = ['{"item_id": 1.50, "title": "a"}', '{"item_id": 12345678901234567890123, "title": "b"}']
    folder.take(items_jsonl="\n".join([*lines, '{"item_id": 7, "title": "c"}', '{"item_id": "07", "title": "d"}']))
    assert [item.item_id for item in folder.store.items()] == ["1.50", "12345678901234567890123", "7", "07"]


def test_a_byte_order_mark_crlf_and_blank_lines_are_no_matter(folder: Folder) -> None:
    report = folder.take(items_csv="\ufeffitem_id,title\r\n1,One\r\n\r\n2,Two\r\n\r\n")
    assert [i.title for i in folder.store.items()] == ["One", "Two"]
    assert report.rejects == []


def test_event_times_may_be_seconds_or_iso_8601_in_any_zone(folder: Folder) -> None:
    folder.events("u,1,874965758\nu,1,1997-09-22T22:02:38Z\nu,1,1997-09-23T00:02:38+02:00\nu,1,1997-09-22 22:02:38")
    assert folder.store.events()["timestamp"].to_list() == [874965758.0] * 4


def test_events_have_their_defaults_and_keep_value_and_context(folder: Folder) -> None:
    report = folder.events(
        'u,1,1,,,,\nu,2,2,rate,4.5,e1,"{""b"": 1, ""a"": 2}"',
        header="user_id,item_id,timestamp,kind,value,event_id,context",
    )
    assert report.rejects == []
    assert folder.store.events().rows() == [("u", "1", 1.0, "view", None), ("u", "2", 2.0, "rate", 4.5)]
    assert folder.store.event_ids().filter(event_id="e1")["context"].to_list() == ['{"a":2,"b":1}']


def test_users_whom_only_events_name_are_created(folder: Folder) -> None:
    folder.take(users_csv="user_id,age\n1,30\n", items_csv=ITEMS, events_csv="user_id,item_id,timestamp\n2,1,5\n")
    assert [(u.user_id, u.attributes) for u in folder.store.users()] == [("1", {"age": 30}), ("2", {})]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Title", "item_id", "is missing"),
        ("  ,Title", "item_id", "is missing"),
        ("3,", "title", "is missing"),
        ("3,\u200b\u202e", "title", "is missing"),
        ("1,Again", "item_id", "'1' is in row 1 already"),
        ("4\u200b2,Title", "item_id", "zero-width"),
        ("4\u202e2,Title", "item_id", "direction"),
        (f"{'x' * 257},Title", "item_id", "257 characters"),
        (f"3,{'x' * 1_000_000}", "title", "1000000 characters"),
    ],
)
def test_a_wrong_item_row_is_named_with_its_reason(folder: Folder, row: str, column: str, reason: str) -> None:
    report = folder.take("skip", items_csv=f"{ITEMS}{row}\n")
    assert told(report) == [("items.csv", 3, column)]
    assert reason in report.rejects[0].reason
    assert [i.item_id for i in folder.store.items()] == ["1", "2"]
    assert report.items == 2


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",1,5,,,,", "user_id", "is missing"),
        ("u,,5,,,,", "item_id", "is missing"),
        ("u,99,5,,,,", "item_id", "'99' is not an item"),
        ("u,1,,,,,", "timestamp", "is missing"),
        ("u,1,yesterday,,,,", "timestamp", "'yesterday' is neither unix seconds nor an ISO 8601 time"),
        ("u,1,1700000000000,,,,", "timestamp", "divide milliseconds"),
        ("u,1,nan,,,,", "timestamp", "not unix seconds"),
        ("u,1,2024-13-01,,,,", "timestamp", "ISO 8601"),
        ("u,1,5,,four,,", "value", "'four' is not a number"),
        ("u,1,5,,inf,,", "value", "finite"),
        ("u,1,5,,,,{broken", "context", "is not JSON"),
        ("u,1,5,,,,[1]", "context", "is not a JSON object"),
        ("u,1,6,,,e1,", "event_id", "'e1' names another event in row 1"),
    ],
)
def test_a_wrong_event_row_is_named_with_its_reason(folder: Folder, row: str, column: str, reason: str) -> None:
    header = "user_id,item_id,timestamp,kind,value,event_id,context"
    report = folder.events(f"u,1,5,,,e1,\n{row}\nu,2,5,,,,\n", header=header)
    assert told(report) == [("events.csv", 2, column)]
    assert reason in report.rejects[0].reason
    assert folder.store.events()["item_id"].to_list() == ["1", "2"]


def test_stop_lists_every_reject_of_every_file_and_loads_nothing(folder: Folder) -> None:
    state = folder.store.fingerprint()
    report = folder.take(
        items_csv="item_id,title\n1,One\n,\n",
        users_csv="user_id,age\n1,30\n1,31\n",
        events_csv="user_id,item_id,timestamp\n1,1,5\n1,9,when\n",
    )
    assert told(report) == [
        ("items.csv", 2, "item_id"),
        ("items.csv", 2, "title"),
        ("users.csv", 2, "user_id"),
        ("events.csv", 2, "item_id"),
        ("events.csv", 2, "timestamp"),
    ]
    assert (report.items, report.users, report.events) == (0, 0, 0)
    assert folder.store.fingerprint() == state
    assert folder.store.counts()["items"] == 0


def test_a_number_that_is_none_is_named_where_the_rest_of_the_column_are_numbers(folder: Folder) -> None:
    rows = [f"{n},T{n},{1980 + n}" for n in range(20)]
    rows[7] = "7,T7,19x7"
    report = folder.take("skip", items_csv="\n".join(["item_id,title,year", *rows]))
    assert told(report) == [("items.csv", 8, "year")]
    assert "'19x7' is not a number" in report.rejects[0].reason
    assert len(folder.store.items()) == 19


def test_a_row_with_too_many_fields_is_named_and_the_others_keep_their_numbers(folder: Folder) -> None:
    report = folder.take("skip", items_csv='item_id,title\n1,One\n2,Two,extra\n\n3,"Three\nlines"\n,x\n')
    assert told(report) == [("items.csv", 2, ""), ("items.csv", 5, "item_id")]
    assert "3 fields where the header names 2" in report.rejects[0].reason
    assert [i.title for i in folder.store.items()] == ["One", "Three lines"]


def test_a_broken_json_line_is_named(folder: Folder) -> None:
    lines = ['{"item_id": 1, "title": "One"}', '{"item_id": 2, "tit', "[1]", '{"item_id": 3, "title": "Three"}']
    report = folder.take("skip", items_jsonl="\n".join(lines))
    assert told(report) == [("items.jsonl", 2, ""), ("items.jsonl", 3, "")]
    assert [i.item_id for i in folder.store.items()] == ["1", "3"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("items.csv", b"", "is empty"),
        ("items.parquet", b"", "is empty"),
        ("items.csv", "id;title\n1;One\n", "no column item_id, title; it has id;title"),
        ("items.csv", "item_id,name\n1,One\n", "no column title"),
        ("items.csv", "item_id,title,title\n1,One,Two\n", "two columns are named 'title'"),
        ("items.csv", "item_id,title\n1,One\n2,Caf\u00e9\n".encode("latin-1"), "row 2 is not UTF-8"),
        ("items.csv", ITEMS.encode("utf-16"), "not UTF-8"),
        ("items.csv", 'item_id,title\n1,"One\n2,Two\n', "quote that is not closed"),
        ("items.csv", "item_id,title,\u200b\n1,One,x\n", "column 3 is named"),
        ("items.jsonl", '{"item_id": "1", "title": "One", "deep": {"a": 1}}', "flatten"),
        ("items.jsonl", '{"item_id": "1"}', "no column title"),
        ("items.parquet", b"PAR1 nothing of the sort", "not a whole Parquet file"),
        ("items.xlsx", b"whatever", "must end in .csv, .parquet or .jsonl"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_remedy(
    folder: Folder, name: str, content: str | bytes, message: str
) -> None:
    path = folder.write(name, content)
    with pytest.raises(InvalidInput) as caught:
        folder.take("skip", items=path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert folder.store.counts()["items"] == 0


def test_a_truncated_parquet_file_loads_nothing_of_the_others(folder: Folder) -> None:
    events = [{"user_id": "u", "item_id": "1", "timestamp": n} for n in range(1_000)]
    whole = _as_parquet(events, folder.root / "x.parquet")
    with pytest.raises(InvalidInput, match=r"events\.parquet: not a whole Parquet file"):
        folder.take("skip", items_csv=ITEMS, events_parquet=whole[: len(whole) // 2])
    assert folder.store.counts()["items"] == 0


@pytest.mark.parametrize(
    ("ending", "content", "reason"),
    [
        ("csv", "item_id,title," + "y" * 200_000 + "\n9,A,1\n", "the header is not CSV"),
        ("csv", "item_id,title\r9,A\r", "the header is not CSV"),
        ("csv", "item_id,title,\0row\n9,A,1\n", "a column is named"),
        ("csv", "item_id,title\n".encode("utf-16"), "the header is not UTF-8"),
        ("jsonl", '{"item_id":"6","title":"B","\\u0000row":1}\n', "a field is named"),
        ("jsonl", '{"item_id":1.5,"title":"B","n":' + "[" * 1000 + "]" * 1000 + "}\n", "row 1 is not a JSON object"),
        ("jsonl", '[{"item_id":"1","title":"B"}]', "row 1 is not a JSON object: it is list"),
        ("jsonl", '{"item_id":"6","title":["B"]}\n', "'title' holds lists"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_of_a_strange_shape_is_named_and_breaks_nothing(
    folder: Folder, ending: str, content: str | bytes, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        folder.take(**{f"items_{ending}": content})
    assert folder.store.counts()["items"] == 0


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("x", [[[1]]]),
        pl.Series("x", [[b"\xff"]]),
        pl.Series("x", [9_000_000_000_000_000_000], pl.Datetime("us")),  # a year that no calendar has
        pl.Series("description", [["a"]]),
        pl.Series("\0row", [1]),
    ],
    ids=lambda column: f"{column.name}-{column.dtype}",
)
def test_a_parquet_column_that_cannot_be_taken_is_named_and_breaks_nothing(folder: Folder, column: pl.Series) -> None:
    path = folder.root / "items.parquet"
    pl.DataFrame([pl.Series("item_id", ["1"]), pl.Series("title", ["A"]), column]).write_parquet(path)
    with pytest.raises(InvalidInput, match=r"items\.parquet"):
        folder.take(items_parquet=path)


def test_a_context_nested_without_end_is_a_rejected_row(folder: Folder) -> None:
    deep = '{""a"":' * 500 + "1" + "}" * 500
    report = folder.events(f'u,1,10,"{deep}"\n', header="user_id,item_id,timestamp,context")
    assert told(report) == [("events.csv", 1, "context")]


def test_an_absent_file_and_no_file_at_all_are_named(folder: Folder) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.csv: No such file"):
        folder.take(items=folder.root / "nowhere.csv")
    with pytest.raises(InvalidInput, match="give an items, users or events file"):
        folder.take()


def test_the_same_files_again_change_nothing_and_two_alike_events_stay_two(folder: Folder) -> None:
    rows = "u,1,5\nu,1,5\nu,2,6\n"
    assert folder.events(rows).events == 3
    state = folder.store.fingerprint()
    again = folder.events(rows)
    assert (again.events, again.known_events) == (0, 3)
    assert folder.store.fingerprint() == state
    assert len(folder.store.events()) == 3


def test_an_event_id_of_the_store_with_another_body_is_refused(folder: Folder) -> None:
    header = "user_id,item_id,timestamp,event_id"
    folder.events("u,1,5,e1\n", header=header)
    report = folder.events("u,1,5,e1\nu,2,5,e1\n", header=header)
    assert told(report) == [("events.csv", 2, "event_id")]
    assert "in the store" in report.rejects[0].reason
    assert (report.events, report.known_events) == (0, 1)


def test_items_loaded_before_may_have_events_now_and_new_titles_replace_old(folder: Folder) -> None:
    folder.take(items_csv=ITEMS)
    assert folder.take(events_csv="user_id,item_id,timestamp\nu,1,5\n").events == 1
    folder.take(items_csv="item_id,title\n2,Renamed\n")
    assert [i.title for i in folder.store.items()] == ["One", "Renamed"]


def test_words_nobody_can_see_leave_titles_descriptions_tags_and_attributes(folder: Folder) -> None:
    folder.take(
        items_csv="item_id,title,description,tags,note\n1,Ca\u0301fe\u202e\u200b\U000e0041,a\x00b\u2066,Film\u00ad-Noir|,x\ufeffy\n"
    )
    assert folder.store.items() == [
        Item(item_id="1", title="Cáfe", description="ab", tags=["Film-Noir"], attributes={"note": "xy"})
    ]


def test_when_an_item_appeared_is_kept_as_iso_8601(folder: Folder) -> None:
    rows = "1,A,2020-01-02\n2,B,874965758\n3,C,1997-09-23T00:02:38+02:00\n4,D,\n5,E,soon\n"
    report = folder.take("skip", items_csv=f"item_id,title,published_at\n{rows}")
    at = [i.published_at for i in folder.store.items()]
    assert at == ["2020-01-02", "1997-09-22T22:02:38Z", "1997-09-22T22:02:38Z", None]
    assert told(report) == [("items.csv", 5, "published_at")]


def test_a_domain_file_is_copied_into_the_home_whole_or_not_at_all(home: Home, tmp_path: Path) -> None:
    assert install_domain(home, "movies").name == "movies"
    installed = home.domain_file.read_bytes()
    broken = tmp_path / "broken.toml"
    broken.write_text("name = 'x'")
    with pytest.raises(InvalidInput, match=r"broken\.toml"):
        install_domain(home, broken)
    with pytest.raises(NotFound, match="groceries"):
        install_domain(home, "groceries")
    assert home.domain_file.read_bytes() == installed
    assert Domain.load(home.domain_file).name == "movies"
    assert sorted(p.name for p in home.root.iterdir()) == ["domain.toml"]
