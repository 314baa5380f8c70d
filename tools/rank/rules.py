"""What may be shown to whom: policy, seen items, exclusions and the turn's hard constraints, as one mask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tools.catalogue import Catalogue, Filters
from tools.context import Context
from tools.domain import Language, Policy
from tools.histories import Histories
from tools.rank.fill import put_popular
from tools.slate import Barrier
from tools.user import UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

Mask = NDArray[np.bool_]
TOLD_AGE = "age_told"  # attribute of a user's view: the age they gave in this conversation, where none is known


def allowed(box: Toolbox, user: UserView, exclude: Iterable[str] = ()) -> Mask:
    """Shape (n_items,): what policy, the user's seen items and `exclude` (item ids) leave.

    An excluded id that the catalogue does not hold excludes nothing.
    """
    mask = box.catalogue.present.copy()
    for barred in barriers(box, user, exclude).values():
        mask &= ~barred
    return mask & ~_banned(box.catalogue, box.domain.policy)


def allowed_many(box: Toolbox, users: Sequence[UserView], seen: Histories) -> Mask:
    """`allowed` for n users, (n, n_items); `seen` are their histories."""
    policy, catalogue = box.domain.policy, box.catalogue
    keys = [(age(user), *(_held(user, name) for name in policy.available_to.values())) for user in users]
    rules = {key: _policy(catalogue, policy, user) for key, user in dict(zip(keys, users, strict=True)).items()}
    mask = np.array([rules[key] for key in keys]).reshape(len(users), len(catalogue))
    if policy.hide_seen:
        known = np.zeros_like(mask)
        known[seen.owner, catalogue.same[seen.items]] = True
        mask &= ~known[:, catalogue.same]
    return mask


def open_turn(
    box: Toolbox, user: UserView, filters: Filters, exclude: Iterable[str] = (), language: Language = "en"
) -> Context:
    """The context that this turn's tools run in: only items that policy and `filters` allow are eligible, and the
    popular ones among them are on the bus.
    """
    eligible = allowed(box, user, exclude) & box.catalogue.mask(filters)
    context = Context(box=box, user=user, eligible=eligible, language=language)
    put_popular(context)
    return context


def barriers(box: Toolbox, user: UserView, exclude: Iterable[str] = ()) -> dict[Barrier, Mask]:
    """What each rule that a user may be told of keeps from them, (n_items,); banned values are not among these."""
    catalogue, policy = box.catalogue, box.domain.policy
    seen = user.seen if policy.hide_seen else user.seen[:0]
    excluded = np.array([box.positions[i] for i in exclude if i in box.positions], np.int32)
    return {
        "seen": catalogue.with_same(seen),
        "excluded": catalogue.with_same(excluded),
        "availability": _unavailable(catalogue, policy, user),
        "age": _gated(catalogue, policy, age(user)),
    }


def held_back(box: Toolbox, user: UserView, filters: Filters, exclude: Iterable[str] = ()) -> dict[Barrier, int]:
    """How many items that meet `filters` would be left without one of the rules; those with none are left out."""
    barred = barriers(box, user, exclude)
    possible = box.catalogue.mask(filters) & ~_banned(box.catalogue, box.domain.policy)
    times = np.sum(list(barred.values()), axis=0)
    alone = {name: int((possible & mask & (times == 1)).sum()) for name, mask in barred.items()}
    return {name: count for name, count in alone.items() if count}


def sponsored(catalogue: Catalogue, policy: Policy, item: int) -> bool:
    """Whether the item is one that someone pays for."""
    return policy.sponsored is not None and catalogue.attributes(item).get(policy.sponsored) is True


def age(user: UserView) -> float:
    """Years; what they told in this conversation where nothing is known. A user whose age is unknown or not a number
    counts as 0, so that gated items stay hidden.
    """
    for name in ("age", TOLD_AGE):
        try:
            years = float(user.attributes[name])
        except (KeyError, TypeError, ValueError):
            continue
        if years > 0:
            return years
    return 0.0


def _policy(catalogue: Catalogue, policy: Policy, user: UserView) -> Mask:
    """What the rules leave, (n_items,). An item without the attribute that a rule names passes that rule."""
    gated = _gated(catalogue, policy, age(user))
    return catalogue.present & ~(_unavailable(catalogue, policy, user) | gated | _banned(catalogue, policy))


def _unavailable(catalogue: Catalogue, policy: Policy, user: UserView) -> Mask:
    """A user without the attribute that a rule names passes that rule."""
    mask = np.zeros(len(catalogue), bool)
    if policy.availability in catalogue.fields:
        mask |= catalogue.mask({policy.availability: {"==": False}})
    for field, name in policy.available_to.items():
        held = _held(user, name)
        if held and field in catalogue.fields and catalogue.fields[field].kind in ("string", "list"):
            present = np.asarray(catalogue.matrix(field).sum(axis=1)).ravel() > 0
            mask |= present & ~catalogue.mask({field: _any_of(catalogue, field, held)})
    return mask


def _gated(catalogue: Catalogue, policy: Policy, years: float) -> Mask:
    if policy.age_gate not in catalogue.fields:
        return np.zeros(len(catalogue), bool)
    return catalogue.mask({policy.age_gate: {">": years}})


def _banned(catalogue: Catalogue, policy: Policy) -> Mask:
    mask = np.zeros(len(catalogue), bool)
    for name, values in policy.banned.items():
        if name in catalogue.fields:
            mask |= catalogue.mask({name: _any_of(catalogue, name, values)})
    return mask


def _any_of(catalogue: Catalogue, field: str, values: Sequence[Any]) -> dict[str, Any]:
    return {"contains_any" if catalogue.fields[field].kind == "list" else "in": list(values)}


def _held(user: UserView, name: str) -> tuple[Any, ...]:
    """The user's values of one attribute."""
    value = user.attributes.get(name)
    return tuple(value) if isinstance(value, list | tuple) else () if value in (None, "") else (value,)
