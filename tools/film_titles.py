"""Film titles as catalogues write them ("Matrix, The (1999)") and finding the same film in another catalogue."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_ARTICLES = (
    {"the", "a", "an", "le", "la", "les", "l", "un", "une", "il", "lo", "i", "el", "los", "o"}  # English, Romance
    | {"das", "der", "die", "de", "det", "en"}  # Germanic
)
_YEAR = re.compile(r"\s*\((\d{4})\)\s*$")
_MEDIUM = re.compile(r"\s*\((?:V|TV)\)\s*$")  # video, television
_ASIDE = re.compile(r"\s*\(([^)]*)\)")
_TRAILING = re.compile(r"^(.*),\s*([A-Za-z']+)$")
_AKA = re.compile(r"^a\.?k\.?a\.?\s+", re.IGNORECASE)


@dataclass(frozen=True)
class FilmTitle:
    """`main` without year and with its article in front; `others` are the titles that stood in parentheses."""

    main: str
    others: tuple[str, ...] = ()
    year: int | None = None

    @classmethod
    def parse(cls, text: str) -> FilmTitle:
        """As in "City of Lost Children, The (Cite des enfants perdus, La) (1995)"."""
        text = _MEDIUM.sub("", text.strip())
        year = _YEAR.search(text)
        rest = _MEDIUM.sub("", _YEAR.sub("", text))
        others = tuple(article_first(_AKA.sub("", aside)) for aside in _ASIDE.findall(rest))
        main = article_first(_ASIDE.sub("", rest)) or text.strip()
        return cls(main, tuple(o for o in others if o), int(year[1]) if year else None)

    def keys(self) -> list[str]:
        """What to look for, the main title first."""
        return list(dict.fromkeys(k for k in map(title_key, (self.main, *self.others)) if k))


def article_first(title: str) -> str:
    """So that "Matrix, The" is "The Matrix", "Avventura, L'" is "L'Avventura"."""
    title = title.strip()
    found = _TRAILING.match(title)
    if not found or found[2].lower().rstrip("'") not in _ARTICLES:
        return title
    name, article = found.groups()
    return f"{article}{'' if article.endswith(chr(39)) else ' '}{name}".strip()


def title_key(title: str) -> str:
    """Letters and digits of a title, to compare by: no case, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", article_first(title)).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`]", "", plain.replace("&", " and ")))
    return " ".join(words.split())


class TitleIndex:
    """Films of another catalogue by title and year."""

    def __init__(self, films: Iterable[tuple[str, int | None]]) -> None:
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._parts: dict[tuple[str, int], list[int]] = {}
        for place, (title, year) in enumerate(films):
            if year is not None:
                self._places.setdefault(title_key(title), []).append((place, year))
                for part in title.split(":")[: 2 if ":" in title else 0]:
                    self._parts.setdefault((title_key(part), year), []).append(place)

    def find(self, title: FilmTitle, tolerance: int = 1) -> int | None:
        """Place of the film with one of these titles, its year at most `tolerance` away.

        The nearest year wins, then the main title over the others, then the first in the catalogue. Failing that,
        the only film of that very year whose title has the main title before or after a colon.
        """
        if title.year is None:
            return None
        found = [
            (abs(year - title.year), rank, place)
            for rank, key in enumerate(title.keys())
            for place, year in self._places.get(key, ())
            if abs(year - title.year) <= tolerance
        ]
        if found:
            return min(found)[2]
        parts = self._parts.get((title_key(title.main), title.year), [])
        return parts[0] if len(parts) == 1 else None
