"""Does search find what was meant: vectors alone, words alone, and both fused.

    python -m benchmarks.search_quality --home var           # a home with a trained bundle, see `tastemaker demo`

The requests are made from the catalogue: titles with a typing slip or in a sentence, people by full or last name, and
phrases of two genres, in English and Chinese. What is relevant follows from the catalogue too: the item, the items
with that person, the items with both genres. Half of the catalogue's titles and people are for choosing (`dev`), the
other half for reporting (`test`). Prints one JSON document: recall@10 (of at most ten relevant items) and MRR by kind.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.catalogue import Catalogue
from tools.home import Home
from tools.search.glossary import readable
from tools.search.model import SearchIndex
from tools.search.tool import FOUND
from tools.toolbox import Toolbox

EACH = 100  # requests of a kind
K = 10
TITLE = ("something like {}", "a film such as {}", "{}", "我想看《{}》那样的电影", "有没有像{}一样的")
PERSON = ("films with {}", "{} movies", "anything by {}", "{}的电影", "想看{}演的")
PAIR_EN = ("a {} {}", "{} and {}", "some {} {} for tonight")
PAIR_ZH = ("想看一部{}{}", "{}{}片", "今晚看点{}和{}")
OTHER_WORDS = {  # what the domain file does not call them; written by hand before anything was measured
    "Action": ("explosions and fist fights", "martial arts"),
    "Adventure": ("a quest for treasure", "explorers in the jungle"),
    "Children's": ("for little ones", "talking animals"),
    "Comedy": ("hilarious and silly", "a laugh out loud farce"),
    "Crime": ("mobsters", "a bank heist"),
    "Documentary": ("nonfiction", "real people interviewed"),
    "Fantasy": ("wizards and dragons", "an enchanted kingdom"),
    "Film-Noir": ("hardboiled detective and femme fatale", "cynical private eye"),
    "Horror": ("frightening and bloody", "vampires and zombies"),
    "Musical": ("singing and dancing", "broadway songs"),
    "Mystery": ("a whodunit", "unsolved puzzle"),
    "Romance": ("lovers and a wedding", "falling in love in Paris"),
    "Sci-Fi": ("aliens from outer space", "time travel and robots"),
    "Thriller": ("nail-biting suspense", "a serial killer on the run"),
    "War": ("soldiers on the battlefield", "Vietnam"),
    "Western": ("cowboys and gunslingers", "the wild frontier"),
}


@dataclass(frozen=True)
class Request:
    kind: str
    words: str
    relevant: frozenset[int]


def requests(catalogue: Catalogue, part: str) -> list[Request]:
    """`part`: dev or test; the two share no title and no person."""
    half = ("dev", "test").index(part)
    rng = np.random.default_rng(half)
    return [
        *titles(catalogue, half, rng),
        *people(catalogue, half, rng),
        *genres(catalogue, half, rng),
        *other_words(catalogue, half),
    ]


def titles(catalogue: Catalogue, half: int, rng: np.random.Generator) -> Iterator[Request]:
    own = [i for i, title in enumerate(catalogue.titles) if i % 2 == half and len(title) >= 6]
    for n, i in enumerate(rng.permutation(own)[: 2 * EACH].tolist()):
        title = catalogue.titles[i].split("(")[0].strip()
        same = frozenset(j for j, t in enumerate(catalogue.titles) if t.split("(")[0].strip() == title)
        if n < EACH:
            yield Request("title with a slip", slip(title, rng), same)
        else:
            yield Request("title in a sentence", str(rng.choice(TITLE)).format(title), same)


def people(catalogue: Catalogue, half: int, rng: np.random.Generator) -> Iterator[Request]:
    held: dict[str, set[int]] = {}
    for spec in (s for s in catalogue.fields.values() if s.people):
        matrix = catalogue.matrix(spec.name).tocsc()
        for code, name in enumerate(spec.values):
            held.setdefault(name, set()).update(matrix.indices[matrix.indptr[code] : matrix.indptr[code + 1]].tolist())
    own = [name for n, name in enumerate(sorted(held)) if n % 2 == half and len(held[name]) >= 2 and " " in name]
    for n, name in enumerate(rng.permutation(own)[: 2 * EACH].tolist()):
        last = name.split()[-1]
        if n < EACH:
            yield Request("person", str(rng.choice(PERSON)).format(name), frozenset(held[name]))
        else:
            of_last = {i for other, items in held.items() if other.split()[-1] == last for i in items}
            yield Request("person by last name", str(rng.choice(PERSON)).format(last), frozenset(of_last))


def genres(catalogue: Catalogue, half: int, rng: np.random.Generator) -> Iterator[Request]:
    tags = catalogue.matrix("tags").toarray() > 0
    names = catalogue.fields["tags"].values
    pairs = [(a, b) for a in range(len(names)) for b in range(a) if (tags[:, a] & tags[:, b]).sum() >= 5]
    own = [pair for n, pair in enumerate(pairs) if n % 2 == half]
    aliases = catalogue.domain.aliases.get("tags", {})
    for kind, forms, ascii_only in (("two genres, en", PAIR_EN, True), ("two genres, zh", PAIR_ZH, False)):
        for n in range(EACH):
            pair = own[n % len(own)]
            said = [
                str(rng.choice([*([names[g]] if ascii_only else []), *named] or [names[g]]))
                for g in pair
                for named in [[a for a in aliases.get(names[g], ()) if a.isascii() == ascii_only]]
            ]
            both = frozenset(np.flatnonzero(tags[:, pair[0]] & tags[:, pair[1]]).tolist())
            yield Request(kind, str(rng.choice(forms)).format(*said), both)


def other_words(catalogue: Catalogue, half: int) -> Iterator[Request]:
    """Each in three frames, so that their share of the whole is not lost."""
    matrix = catalogue.matrix("tags").tocsc()
    for tag, said in OTHER_WORDS.items():
        code = catalogue.fields["tags"].values.index(tag)
        held = frozenset(matrix.indices[matrix.indptr[code] : matrix.indptr[code + 1]].tolist())
        for frame in ("{}", "something about {}", "a film with {}"):
            yield Request("genre in other words", frame.format(said[half]), held)


def slip(title: str, rng: np.random.Generator) -> str:
    """One letter left out, doubled, or swapped with the next, in one of the longer words."""
    words = title.split()
    at = int(rng.choice([n for n, w in enumerate(words) if len(w) == max(map(len, words))]))
    word, n = words[at], int(rng.integers(1, max(len(words[at]) - 1, 2)))
    swapped = word[:n] + word[n + 1 : n + 2] + word[n] + word[n + 2 :] if n + 1 < len(word) else word[::-1]
    words[at] = [word[:n] + word[n + 1 :], word[:n] + word[n] + word[n:], swapped][int(rng.integers(3))]
    return " ".join(words)


Search = Callable[[str], np.ndarray]


def ways(index: SearchIndex) -> dict[str, Search]:
    """Each way to search: words to item indices, best first."""
    everything = np.ones(len(index.catalogue), bool)
    domain = index.catalogue.domain

    def dense(words: str) -> np.ndarray:
        read = readable(words, domain)
        return index.query(read, everything, FOUND)[0] if read else np.empty(0, np.int32)

    def lexical(words: str) -> np.ndarray:
        return index.lexical.query(words, everything, FOUND)[0]

    def fused(words: str) -> np.ndarray:
        return index.hybrid(words, readable(words, domain), everything, FOUND).items

    return {"dense": dense, "lexical": lexical, "fused": fused}


def measure(search: Search, asked: list[Request]) -> dict[str, dict[str, float]]:
    """Recall@10 and MRR by kind of request, and over all."""
    rows: dict[str, list[tuple[float, float]]] = {"all": []}
    for request in asked:
        hits = np.isin(search(request.words)[:K], list(request.relevant))
        recall = hits.sum() / min(K, len(request.relevant))
        first = 1.0 / (1 + int(hits.argmax())) if hits.any() else 0.0
        for kind in (request.kind, "all"):
            rows.setdefault(kind, []).append((float(recall), first))
    out = {}
    for kind, pairs in rows.items():
        recall, mrr = np.mean(pairs, axis=0)
        error = float(np.std([r for r, _ in pairs]) / np.sqrt(len(pairs)))
        out[kind] = {"recall@10": round(recall, 3), "se": round(error, 3), "mrr": round(mrr, 3), "n": len(pairs)}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    options = parser.parse_args()
    home = Home.at(options.home)
    with home.owned("search quality benchmark"):
        box = Toolbox.open(home)
        asked = requests(box.catalogue, options.part)
        report = {name: measure(search, asked) for name, search in ways(box.search).items()}
        box.store.close()
    print(json.dumps({"part": options.part, **report}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
