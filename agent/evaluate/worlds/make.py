"""A world's items, users, events and tasks, from a seed; and the trained home of it.

A task is a user with requirements. They were drawn around an item, so that some item satisfies them all, has not been
seen by this user and can be had where the user is; or around nothing, so that none does. Where it can be, others that
satisfy the words are seen or not to be had: whoever only listens recommends those.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import orjson

from agent.evaluate.operators import satisfies
from agent.evaluate.worlds import bikes, events, flats, games, hotels
from agent.evaluate.worlds.traits import Row, Want, World
from tools.domain import Domain, Language
from tools.home import Home
from tools.ingest import ingest, install_domain
from tools.store import Store
from tools.train import train, up_to_date

WORLDS = {world.name: world for world in (games.WORLD, hotels.WORLD, flats.WORLD, bikes.WORLD, events.WORLD)}
USERS, SEEN = 60, (14, 30)
START, DAY = 1_700_000_000, 86_400
TRIES = 4000
MOST_ANSWERS = 8
DECISIVE = 3
MIXTURE = ("open", "asked", "open", "asked", "none")  # of five tasks


@dataclass(frozen=True)
class Task:
    """`wants` in the order in which they are told; the user tells the `hidden` ones (by trait) only when asked.
    `answers`: ids of the items that will do, none for a task without an answer.
    """

    id: str
    user: str
    language: Language
    wants: tuple[Want, ...]
    hidden: frozenset[str]
    answers: frozenset[str]
    kind: str
    traps: int  # items that satisfy the words but are seen or not to be had
    changes: str | None = None  # the trait about which the user changes their mind


@dataclass
class Material:
    world: World
    items: list[Row]
    users: list[Row]
    events: list[Row]
    tasks: list[Task] = field(default_factory=list)

    def available(self, item: Row, user: Row) -> bool:
        places, place = self.world.home_of
        return user[place] in item[places]

    def fitting(self, want: Want) -> set[str]:
        return {item["item_id"] for item in self.items if satisfies(item, want.predicates)}


def make(world: World, seed: int = 0, tasks: int = 64) -> Material:
    rng = random.Random(f"{world.name} {seed}")  # noqa: S311 -- to be repeated, not to be secret
    items = [world.row(n, rng) for n in range(world.items)]
    users = [{"user_id": f"u{n:02}", world.home_of[1]: world.places[n % len(world.places)]} for n in range(USERS)]
    material = Material(world, items, users, list(_events(world, items, users, rng)))
    seen: dict[str, set[str]] = {}
    for event in material.events:
        seen.setdefault(event["user_id"], set()).add(event["item_id"])
    for n in range(tasks):
        material.tasks.append(_task(material, seen, n, rng))
    return material


def _events(world: World, items: Sequence[Row], users: Sequence[Row], rng: random.Random) -> Iterator[Row]:
    """Each user likes what shares a value with a favourite item, and dislikes more of the rest."""
    for user in users:
        favourite = set(_values(rng.choice(items)))
        for n, item in enumerate(rng.sample(items, rng.randint(*SEEN))):
            good = len(favourite & set(_values(item))) / 2 + rng.random()
            value = 5 if good > 1.4 else 4 if good > 0.8 else rng.choice((2, 3))
            yield {
                "user_id": user["user_id"],
                "item_id": item["item_id"],
                "timestamp": START + n * DAY,
                "kind": world.liked,
                "value": value,
            }


def _values(item: Row) -> list[str]:
    lists = [value for value in item.values() if isinstance(value, list)]
    return [value for values in lists for value in values]


def _task(material: Material, seen: dict[str, set[str]], n: int, rng: random.Random) -> Task:
    """The first drawn one in which every requirement counts."""
    kind, language = MIXTURE[n % len(MIXTURE)], ("en", "zh")[n // len(MIXTURE) % 2]
    asked = kind == "asked" or (kind == "none" and n % 2 == 1)
    for _ in range(TRIES):
        user, wants = rng.choice(material.users), _wants(material, kind, rng)
        have = {i["item_id"] for i in material.items if material.available(i, user)} - seen[user["user_id"]]
        fits = {want.trait: material.fitting(want) for want in wants}
        hidden = {want.trait for want in wants[2:]} if asked else set()
        if len(wants) < 3 or not _right(fits, hidden, have, kind):
            continue
        satisfying = _common(fits.values())
        changed = [want.trait for want in wants if want.looser and want.trait not in hidden]
        return Task(
            id=f"{material.world.name}-{n:02}-{kind}-{language}",
            user=user["user_id"],
            language="zh" if language == "zh" else "en",
            wants=tuple(wants),
            hidden=frozenset(hidden),
            answers=frozenset(satisfying & have),
            kind=kind,
            traps=len(satisfying - have),
            changes=rng.choice(changed) if changed and n % 4 == 0 else None,
        )
    raise AssertionError(f"no task {n} of kind {kind} in {TRIES} tries")


def _right(fits: dict[str, set[str]], hidden: set[str], have: set[str], kind: str) -> bool:
    """Whether the answers are few, some are out of reach, each requirement leaves something out, and what is hidden
    decides: without it three times as many would do, or some where none does.
    """
    good, told = have & _common(fits.values()), have
    for trait, held in fits.items():
        told = told if trait in hidden else told & held
    if not _common(fits.values()) - have or (hidden and len(told) < max(1, DECISIVE * len(good))):
        return False
    without = [have & _common(held for other, held in fits.items() if other != trait) for trait in fits]
    return not good if kind == "none" else 1 <= len(good) <= MOST_ANSWERS and all(len(w) > len(good) for w in without)


def _common(sets: Iterable[set[str]]) -> set[str]:
    first, *rest = sets
    return first.intersection(*rest)


def _wants(material: Material, kind: str, rng: random.Random) -> list[Want]:
    """True of one drawn item, no two about the same attribute: else the second would take the first back."""
    item, out = rng.choice(material.items), list[Want]()
    about: set[str] = set()
    count = rng.randint(3, 4) if kind == "open" else rng.randint(3, 5)
    for trait in rng.sample(list(material.world.traits), len(material.world.traits)):
        want = trait.want(item, rng)
        if want and not about & want.predicates.keys():
            out.append(want)
            about |= want.predicates.keys()
        if len(out) == count:
            break
    return out


def home(world: World, seed: int, folder: Path) -> Home:
    """The trained home of a world; what `folder` holds already is used again, unless it is another world's."""
    material = make(world, seed)

    def fill(place: Home, store: Store) -> None:
        files = write(material, place.root)
        ingest(store, Domain.load(files["domain"]), files["items"], files["users"], files["events"], "stop")
        install_domain(place, str(files["domain"]))

    return kept(folder, json.dumps({"world": world.name, "seed": seed, "domain": domain(world)}), fill)


def kept(folder: Path, told: str, fill: Callable[[Home, Store], None]) -> Home:
    """A home in `folder`, filled and trained once; one that does not hold what `told` says is removed."""
    made = folder / "made.json"
    if folder.exists() and not (made.is_file() and made.read_text(encoding="utf-8") == told):
        shutil.rmtree(folder)
    place = Home.at(folder)
    store = Store.open(f"sqlite:///{place.root / 'store.db'}")
    try:
        if not made.is_file():
            fill(place, store)
        if not up_to_date(place, store):
            train(place, store=store)
    finally:
        store.close()
    made.write_text(told, encoding="utf-8")
    return place


def domain(world: World) -> str:
    """The domain file: with Chinese names of facet values, and with the names of attributes only where the world has
    them. Elsewhere a reader of any catalogue has to find them by itself.
    """
    item, user = world.home_of
    there = f'available_to = {{ {item} = "{user}" }}'
    aliases = "".join(
        f"\n[aliases.{attribute}]\n" + "".join(f'"{value}" = ["{name}"]\n' for value, name in names.items())
        for attribute, names in world.names.items()
    )
    called = "".join(
        f"\n[names.{attribute}]\n"
        + "".join(f"{language} = {json.dumps(words, ensure_ascii=False)}\n" for language, words in said.items())
        for attribute, said in world.words.items()
    )
    return Template(world.domain).substitute(availability=there) + aliases + called


def write(material: Material, folder: Path) -> dict[str, Path]:
    """The files that `tastemaker ingest` takes."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {
        "domain": f"{material.world.name}.toml",
        "items": "items.jsonl",
        "users": "users.csv",
        "events": "events.csv",
    }
    paths = {name: folder / file for name, file in names.items()}
    paths["domain"].write_text(domain(material.world), encoding="utf-8")
    paths["items"].write_bytes(b"".join(orjson.dumps(item) + b"\n" for item in material.items))
    for name, rows in (("users", material.users), ("events", material.events)):
        _csv(paths[name], rows)
    return paths


def _csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
