"""What a tuning works with, read from a home once: texts, pairs to learn from, and what dev and test ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tools import bundle
from tools.catalogue import Catalogue
from tools.errors import BundleMissing, CorruptData
from tools.home import Home
from tools.interactions import Interactions
from tools.store import Store
from tools.toolbox import encoder, load_domain
from tools.tune.pairs import Pairs
from tools.tune.phrases import Phrases
from tools.tune.split import PARTS, Exam, Split


@dataclass(frozen=True, eq=False)
class Material:
    """`texts` of all items in the catalogue's order; `until` as the current bundle's; events of users who switched
    profiling off are not in it.
    """

    texts: list[str]
    phrases: Phrases
    split: Split
    pairs: Pairs
    dev: Exam
    test: Exam
    fingerprint: str
    until: float | None

    @classmethod
    def read(cls, home: Home, seed: int) -> Material:
        """Raises:
        BundleMissing: nothing was ingested.
        InvalidInput: there are too few events to tune on.
        """
        domain, until = load_domain(home), _until(home)
        with _opened(home) as store:
            fingerprint = store.fingerprint()
            catalogue = Catalogue.build(store.items(), domain)
            frame = store.events(until, profiled=True)
        split = Split.of(Interactions.from_events(frame, catalogue, domain.feedback), seed)
        pairs = Pairs.of(split.training)
        phrases = Phrases(catalogue, ascii_only=not encoder().reads_chinese)
        dev, test = Exam.of(split, "dev", phrases, seed), Exam.of(split, "test", phrases, seed)
        texts = [catalogue.text(i) for i in range(len(catalogue))]
        return cls(texts, phrases, split, pairs, dev, test, fingerprint, until)

    def told(self) -> dict[str, Any]:
        """The sizes of it all."""
        likes = [len(window.time) for window in self.split.windows]
        return {
            "items": {name: int((self.split.part == n).sum()) for n, name in enumerate(PARTS)},
            "likes": dict(zip(PARTS, likes, strict=True)),
            "pairs": len(self.pairs.user),
            "asked": {
                name: {"with": len(exam.known), "for": len(exam.held), "words": len(exam.asked)}
                for name, exam in (("dev", self.dev), ("test", self.test))
            },
            "until": self.until,
        }


def _until(home: Home) -> float | None:
    """The moment whose future the bundle in use must not know; None where it may know all, or there is none."""
    try:
        return bundle.read_manifest(bundle.current_folder(home)).until
    except (BundleMissing, CorruptData):
        return None


@contextmanager
def _opened(home: Home) -> Iterator[Store]:
    store = Store.open(home.store_url)
    try:
        yield store
    finally:
        store.close()
