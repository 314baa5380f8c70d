"""One evaluation from the data to its report: which parts there are, and which this data cannot have.

tastemaker evaluate ranking --home var --out results
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from tools.errors import InvalidInput
from tools.evaluate import clicks, coldstart, fairness, knobs, leaveout, newitem, ranking
from tools.evaluate.clickpeers import CLICK_PEERS
from tools.evaluate.coldpeers import COLD_PEERS
from tools.evaluate.data import Dataset
from tools.evaluate.peers import PEERS, chosen
from tools.evaluate.progress import bar
from tools.evaluate.report import Report, headed
from tools.evaluate.splits import FOLDS

Protocol = Literal["ranking", "ctr", "coldstart", "fairness"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
CURVED = ("popularity", "EASE (numpy)", "implicit ItemKNN TF-IDF")  # peers that the learning curve follows


def evaluate(
    data: Dataset,
    protocol: Protocol,
    against: Sequence[str] = (),
    seed: int = 0,
    limit: int | None = None,
    progress: bool = True,
) -> Report:
    """The report of one protocol. `against`: words from the names of the peers, all of them without any. `seed`: of the
    intervals and of peers that draw; the splits are fixed. `limit`: evaluate on so many users only.

    Raises:
        InvalidInput: a word fits no peer, or the data has nothing that the protocol could split.
    """
    if limit is not None and limit < 2:
        raise InvalidInput(f"limit is {limit}: an interval wants at least 2 users", "limit")
    return headed(protocol, seed, limit, _BODIES[protocol](data, against, seed, limit, progress))


def _ranking(data: Dataset, against: Sequence[str], seed: int, limit: int | None, progress: bool) -> Report:
    peers = chosen(against, PEERS)
    followed = [peer for peer in peers if peer.name in CURVED]
    parts = 4 * (1 + len(peers)) + len(ranking.SOURCES) + len(ranking.SHARES) + len(knobs.TURNED)
    with bar(parts, progress) as shown:
        seen = ranking.top_n_report(data, True, peers, seed, limit, shown)
        return {
            "top_n_seen": seen,
            "top_n": _if_possible(lambda: ranking.top_n_report(data, False, peers, seed, limit, shown)),
            "leave_one_out": _if_possible(lambda: leaveout.report(data, False, peers, seed, limit, shown)),
            "leave_one_out_liked": _if_possible(lambda: leaveout.report(data, True, peers, seed, limit, shown)),
            "knobs": knobs.report(data, seed, limit, shown),
            "curve": ranking.curve(data, followed, seen, seed, limit, shown),
        }


def _ctr(data: Dataset, against: Sequence[str], seed: int, limit: int | None, progress: bool) -> Report:
    peers = chosen(against, CLICK_PEERS)
    with bar(2 + len(peers) + len(clicks.SHARES), progress) as shown:
        told = clicks.report(data, peers, seed, limit, shown)
        online = {f"online_{name}": part for name, part in told.pop("online").items()}
        return {"clicks": told, **online}


def _coldstart(data: Dataset, against: Sequence[str], seed: int, limit: int | None, progress: bool) -> Report:
    peers = chosen(against, COLD_PEERS)
    with bar(FOLDS + len(peers) + 5, progress) as shown:
        newcomers = coldstart.report(data, peers, seed, limit, shown)
        return {"newcomers": newcomers, "new_items": _if_possible(lambda: newitem.report(data, seed, shown))}


def _fairness(data: Dataset, against: Sequence[str], seed: int, limit: int | None, progress: bool) -> Report:
    peers = chosen(against, PEERS)
    with bar(2 + len(peers), progress) as shown:
        return {"fairness": fairness.report(data, peers, seed, limit, shown)}


def _if_possible(part: Callable[[], Report]) -> Report:
    """A part that this data cannot have says so in its place."""
    try:
        return part()
    except InvalidInput as why:
        return {"not_possible": str(why)}


_BODIES: dict[Protocol, Callable[[Dataset, Sequence[str], int, int | None, bool], Report]] = {
    "ranking": _ranking,
    "ctr": _ctr,
    "coldstart": _coldstart,
    "fairness": _fairness,
}
