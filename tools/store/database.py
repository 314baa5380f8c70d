"""Connections: many readers and one writer, on SQLite or PostgreSQL.

SQLite before 3.51.3 can corrupt its write-ahead log when several connections write, so writes go through one
connection, one thread and one process at a time. PostgreSQL orders its writers by the lock on the `meta` row.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tools.errors import CorruptData, InvalidInput, StoreUnavailable
from tools.store.tables import SCHEMA, meta, metadata

WAIT = 30.0  # seconds to wait for a lock or a connection
CACHE = 65_536  # KiB of SQLite pages that the writer holds
_OPENING = 7_423_001  # advisory lock: two processes must not create the tables at once


class Database:
    """Give it a URL; take `read()` or `write()` connections."""

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self._thread_lock = threading.Lock()
        if self.url.get_backend_name() == "sqlite":
            self._process_lock: AbstractContextManager[Any] = FileLock(
                f"{self.url.database}.lock", timeout=WAIT, poll_interval=0.005, thread_local=False
            )
            self._writer, self._reader = _sqlite(self.url, writer=True), _sqlite(self.url, writer=False)
        else:
            self._process_lock = nullcontext()
            self._writer = self._reader = _postgres(self.url)
        self._prepare()

    @property
    def is_sqlite(self) -> bool:
        return self._writer.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Raises:
        StoreUnavailable: the database cannot be read now.
        """
        with self._translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction, alone: committed to disk when the block ends, undone when it raises.

        Raises:
            StoreUnavailable: the database cannot be written now; nothing was changed.
        """
        with self._translated(), self._thread_lock, self._process_lock, self._writer.begin() as connection:
            connection.execute(sa.select(meta.c.revision).with_for_update())
            yield connection

    def scrub(self) -> None:
        """Leave no byte of what was deleted: SQLite writes its file anew and empties its log, PostgreSQL vacuums.

        Raises:
            StoreUnavailable: something still reads what was there before; the rows are gone, their bytes not yet.
        """
        if not self.is_sqlite:
            with self._translated(), self._writer.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
            return
        with self._translated(), self._thread_lock, self._process_lock:
            raw = self._writer.raw_connection()
            try:
                raw.cursor().execute("VACUUM")
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                found = cursor.fetchone()
            finally:
                raw.close()
        if found and found[0]:  # busy
            raise StoreUnavailable(
                f"{self.url}: rows are gone, but a reader holds their bytes; erase again in a moment"
            )

    def close(self) -> None:
        with self._thread_lock, self._process_lock:  # closing the last SQLite connection writes a checkpoint
            self._reader.dispose()
            self._writer.dispose()

    def _prepare(self) -> None:
        with self._translated(), self._thread_lock, self._process_lock, self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OPENING)))
            metadata.create_all(connection)
            found = connection.execute(sa.select(meta.c.schema)).scalar()
            if found is None:
                row = {"id": 1, "schema": SCHEMA, "store_id": uuid.uuid4().hex[:12], "revision": 0}
                connection.execute(sa.insert(meta), row)
            elif found != SCHEMA:
                raise CorruptData(f"{self.url} has schema {found}, this program needs {SCHEMA}: ingest into a new home")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, PoolTimeout, Timeout, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise StoreUnavailable(f"the store {self.url} cannot be used now: {cause}; nothing was changed") from error
        except (DataError, UnicodeEncodeError) as error:
            raise InvalidInput("a text holds characters that cannot be stored (NUL or half a surrogate)") from error
        except DBAPIError as error:
            if "not a database" in str(error.orig) or "malformed" in str(error.orig):
                raise CorruptData(
                    f"{self.url} is not a sound database: {error.orig}; restore it from a copy"
                ) from error
            raise


def _parsed(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except ArgumentError:
        raise InvalidInput(f"{text!r} is not a store URL: write sqlite:///FILE or postgresql://HOST/NAME") from None
    backend = url.drivername.partition("+")[0]
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidInput(f"a store cannot be kept in {backend!r}: use sqlite or postgresql")
    if url.database in (None, "", ":memory:"):
        raise InvalidInput("a store needs a file: write sqlite:///FILE")
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    return url


def _sqlite(url: sa.URL, writer: bool) -> sa.Engine:
    pool = {"pool_size": 1, "max_overflow": 0} if writer else {"pool_size": 8, "max_overflow": 8}
    engine = sa.create_engine(
        url, poolclass=sa.QueuePool, pool_timeout=WAIT, connect_args={"check_same_thread": False}, **pool
    )

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        settings = ["busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"]
        settings += ["secure_delete=ON", f"cache_size=-{CACHE}"] if writer else ["query_only=ON"]
        for setting in settings:
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _postgres(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(url, pool_size=8, max_overflow=8, pool_timeout=WAIT, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise InvalidInput("PostgreSQL needs its driver: pip install 'tastemaker[postgres]'") from None
