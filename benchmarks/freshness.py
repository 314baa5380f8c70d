"""Is what a user just did, and what the catalogue now holds, in the very next answer? The real server, over HTTP.

    python -m benchmarks.freshness --home var      # a trained home, see `tastemaker demo`; it is copied, not changed

serve.py runs without a model on the copy. A round reads a user's profile and slate, sends one event as the page does,
and reads both again. An event is reflected when all of this holds:

    every kind  answered 202 `applied`; the profile counts one event more, its newest is this one, read as liked, as
                disliked or as neither; the item is not on the slate (where the domain hides what was seen)
    liked       a card of the slate: the profile counts one like more, what is left of the slate is scored anew
    rejected    a card of the slate: the same of dislikes
    posted      an approval of any item of the catalogue that is new to the user: as liked
    seen        a card of the slate: nothing more

Milliseconds are from the request to its 202: of one client, and of 8 at once, each in the middle of rounds of its own,
so that the server is also making slates. An item put is found when the next request, its title or a word of its
description, shows it first, and gone when the one after its deletion does not show it. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson

from benchmarks.wire import Socket, connected
from tools.domain import Domain, Rule
from tools.home import Home
from tools.store import Store
from tools.toolbox import load_domain

SERVE = Path(__file__).parents[1] / "serve.py"
GOAL = {"event": {"reflected": "all", "p99": 50.0}, "put": {"found": "all", "p99": 100.0}}  # ms
ROUNDS, ITEMS, CLIENTS, WARM_UP = 100, 100, 8, 5
K, CARDS = 20, 10
NEWCOMERS = 0.1  # of the rounds, the first of somebody nobody knows
SYLLABLES = ("ba", "dru", "fen", "go", "hil", "ju", "kra", "lom", "mu", "ner", "os", "pli", "qua", "rix", "sto", "zel")


@dataclass(frozen=True)
class Act:
    """What a user may do: the event, how a profile must read it, and whether it is done to a card."""

    name: str
    event: dict[str, Any]
    liked: bool | None
    card: bool = True


@dataclass
class Seen:
    """What rounds showed, by act: milliseconds to the 202, and what was not reflected."""

    ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    missed: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        every = [one for of in self.ms.values() for one in of]
        kinds = {name: len(of) - sum(m.startswith(f"{name}: ") for m in self.missed) for name, of in self.ms.items()}
        reflected = {name: f"{kinds[name]} of {len(of)}" for name, of in self.ms.items()}
        return {"reflected": reflected, "ms": quantiles(every), "missed": self.missed[:10]}


def acts(domain: Domain) -> list[Act]:
    """One after another for each kind of the domain's rules."""
    approved = [_event(Rule.parse(rule)) for rule in domain.feedback.positive]
    refused = [_event(Rule.parse(rule)) for rule in domain.feedback.negative]
    [neutral] = domain.feedback.preference(np.array(["view"]), np.array([np.nan])).tolist()
    return [
        *(Act("liked", event, True) for event in approved),
        *(Act("rejected", event, False) for event in refused),
        Act("seen", {"kind": "view"}, True if neutral > 0 else False if neutral < 0 else None),
        *(Act("posted", event, True, card=False) for event in approved),
    ]


def _event(rule: Rule) -> dict[str, Any]:
    """One that the rule holds for."""
    if rule.value is None:
        return {"kind": rule.kind}
    return {"kind": rule.kind, "value": rule.value + {">": 1, "<": -1}.get(rule.op or "", 0)}


@dataclass
class Visitor:
    """One connection that acts for any user."""

    http: Socket
    hides: bool  # what was seen
    catalogue: list[str]
    met: defaultdict[str, set[str]]  # items, by user
    rng: np.random.Generator

    async def round(self, user: str, act: Act, seen: Seen) -> None:
        before, slate = await self._profile(user), await self._slate(user)
        cards = [item["item_id"] for item in slate[:CARDS]]
        item = str(self.rng.choice(cards if act.card else [one for one in self.catalogue if one not in self.met[user]]))
        self.met[user].add(item)
        body = orjson.dumps({"user_id": user, "item_id": item, **act.event})
        start = time.perf_counter()
        status, told = await self.http.ask("POST", "/v1/events", body)
        seen.ms[act.name].append((time.perf_counter() - start) * 1e3)
        after, again = await self._profile(user), await self._slate(user)
        wrong = _profile_misses(before, after, item, act.liked)
        if status != 202 or orjson.loads(told)["events"][0]["status"] != "applied":
            wrong.append(f"{status} {told[:200]!r}")
        if self.hides and item in [card["item_id"] for card in again]:
            wrong.append("still on the slate")
        if act.name != "seen" and _scored(slate, item) == _scored(again, item):
            wrong.append("the same slate")
        if wrong:
            seen.missed.append(f"{act.name}: user {user}, item {item}: {', '.join(wrong)}")

    async def _profile(self, user: str) -> dict[str, Any]:
        status, told = await self.http.ask("GET", f"/v1/users/{quote(user, safe='')}/profile")
        if status == 404:
            return {"statistics": {"events": 0, "liked": 0, "disliked": 0}, "history": []}
        assert status == 200, told
        return dict(orjson.loads(told))

    async def _slate(self, user: str, query: str | None = None) -> list[dict[str, Any]]:
        body = {"user_id": user, "k": K} | ({"query": query} if query else {})
        status, told = await self.http.ask("POST", "/v1/recommend", orjson.dumps(body))
        assert status == 200, told
        return list(orjson.loads(told)["items"])

    async def item(self, n: int, user: str, ms: defaultdict[str, list[float]]) -> list[str]:
        """Put one, look for it, delete it, look again; what went wrong."""
        name, word = (self._word().capitalize() for _ in range(2))
        item = {"title": f"The {name}", "description": f"All that happens here is about one {word}."}
        wrong, query = [], item["title"] if n % 2 else word
        status, told = await self._timed(ms["put"], "PUT", f"/v1/items/fresh-{n}", orjson.dumps(item))
        first = [card["item_id"] for card in await self._slate(user, query)][:1]
        if status != 201 or first != [f"fresh-{n}"]:
            wrong.append(f"put: {status} {told[:200]!r}, first for {query!r}: {first}")
        status, told = await self._timed(ms["delete"], "DELETE", f"/v1/items/fresh-{n}")
        if status != 204 or f"fresh-{n}" in [card["item_id"] for card in await self._slate(user, query)]:
            wrong.append(f"deleted: {status} {told[:200]!r}, still there for {query!r}")
        return wrong

    async def _timed(self, ms: list[float], method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        start = time.perf_counter()
        answer = await self.http.ask(method, path, body)
        ms.append((time.perf_counter() - start) * 1e3)
        return answer

    def _word(self) -> str:
        """One that no catalogue has."""
        return "".join(self.rng.choice(SYLLABLES, 4))


def _profile_misses(before: dict[str, Any], after: dict[str, Any], item: str, liked: bool | None) -> list[str]:
    was, now, newest = before["statistics"], after["statistics"], (after["history"] or [{}])[0]
    more = {"events": 1, "liked": int(liked is True), "disliked": int(liked is False)}
    wrong = [f"{name} {was[name]} then {now[name]}" for name, by in more.items() if now[name] != was[name] + by]
    if (newest.get("item_id"), newest.get("liked")) != (item, liked):
        wrong.append(f"newest {newest}")
    return wrong


def _scored(slate: list[dict[str, Any]], item: str) -> list[Any]:
    """The first cards without this item: order, scores and reasons."""
    left = [card for card in slate if card["item_id"] != item]
    return [(card["item_id"], card["score"], card["evidence"]) for card in left[:CARDS]]


def quantiles(ms: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(ms, [50, 99])
    return {"p50": round(float(p50), 2), "p99": round(float(p99), 2), "max": round(max(ms), 2), "n": len(ms)}


@contextmanager
def copied(home: Home) -> Iterator[Home]:
    """The home with everything that a server needs, to change as it likes."""
    with tempfile.TemporaryDirectory() as folder:
        left_out = shutil.ignore_patterns(".lock", ".owner.json", "*.log", "search_speed")
        shutil.copytree(home.root, Path(folder) / "home", symlinks=True, ignore=left_out)
        yield Home.at(Path(folder) / "home")


@asynccontextmanager
async def served(home: Home) -> AsyncIterator[str]:
    """The address of serve.py, once it can recommend."""
    command = [sys.executable, str(SERVE), "--home", str(home.root), "--port", "0", "--no-llm"]
    environment = {name: value for name, value in os.environ.items() if name != "TASTEMAKER_SERVICE_TOKEN"}
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, env=environment
        )
        try:
            assert process.stdout
            told = (await process.stdout.readline()).decode()
            log.seek(0)
            assert told.startswith("Tastemaker is at "), log.read().decode()
            address = told.split()[-1]
            async with connected(address) as http:
                status, ready = await http.ask("GET", "/readyz")
                assert status == 200, ready
            yield address
        finally:
            process.terminate()
            await process.communicate()


async def _rounds(visitors: list[Visitor], users: list[str], kinds: list[Act], each: int, tag: str) -> dict[str, Any]:
    """`each` rounds of every named act, shared among the visitors; no user meets two of them."""
    seen, names = Seen(), list(dict.fromkeys(act.name for act in kinds))
    variants = {name: [act for act in kinds if act.name == name] for name in names}
    plan = [variants[name][n % len(variants[name])] for n in range(each) for name in names]

    async def visit(v: int) -> None:
        visitor, mine = visitors[v], users[v :: len(visitors)]
        for n, act in enumerate(plan[v :: len(visitors)]):
            new = visitor.rng.random() < NEWCOMERS
            await visitor.round(f"new {tag} {v} {n}" if new else mine[n % len(mine)], act, seen)

    await asyncio.gather(*(visit(v) for v in range(len(visitors))))
    return seen.figures()


async def _items(visitor: Visitor, users: list[str], count: int) -> dict[str, Any]:
    ms: defaultdict[str, list[float]] = defaultdict(list)
    wrong = [missed for n in range(count) for missed in await visitor.item(n, users[n % len(users)], ms)]
    done = {name: f"{count - sum(m.startswith(name) for m in wrong)} of {count}" for name in ("put", "deleted")}
    told = {f"{name}_ms": quantiles(of) for name, of in ms.items()}
    return {"found": done["put"], "gone": done["deleted"], **told, "missed": wrong[:10]}


async def measure(home: Home, rounds: int = ROUNDS, items: int = ITEMS, clients: int = CLIENTS) -> dict[str, Any]:
    """`rounds` of each act by one client, and again by `clients` at once; `items` put and deleted."""
    with copied(home) as copy:
        domain, rng = load_domain(copy), np.random.default_rng(0)
        store = Store.open(copy.store_url)
        catalogue = [item.item_id for item in store.items()]
        users, met = [user.user_id for user in store.users() if user.profiling], defaultdict[str, set[str]](set)
        for user, item in store.events().select("user_id", "item_id").iter_rows():
            met[user].add(item)
        store.close()
        rng.shuffle(users)
        async with served(copy) as address, connected(address) as http:
            first = Visitor(http, domain.policy.hide_seen, catalogue, met, rng)
            kinds = acts(domain)
            await _rounds([first], users[:WARM_UP], kinds, 1, "warm")
            await first.item(items, users[0], defaultdict(list))
            told = {
                "goal": GOAL,
                "events": await _rounds([first], users, kinds, rounds, "alone"),
                "items": await _items(first, users, items),
            }
            async with AsyncExitStack() as open_:  # only now: the server closes connections that ask nothing
                others = [await open_.enter_async_context(connected(address)) for _ in range(clients)]
                each = [replace(first, http=http, rng=np.random.default_rng(n)) for n, http in enumerate(others)]
                told[f"events, {clients} clients at once"] = await _rounds(each, users[::-1], kinds, rounds, "among")
            return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", default=os.environ.get("TASTEMAKER_HOME") or "./var")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of each act, default {ROUNDS}")
    parser.add_argument("--items", type=int, default=ITEMS)
    options = parser.parse_args()
    home = Home.at(options.home)
    with home.owned("the freshness benchmark"):
        report = asyncio.run(measure(home, options.rounds, options.items))
    print(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
