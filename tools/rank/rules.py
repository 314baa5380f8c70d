"""What may be shown to whom: policy, seen items, exclusions and the turn's hard constraints, as one mask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.catalogue import Catalogue, Filters
from tools.context import Context
from tools.domain import Language, Policy
from tools.histories import Histories
from tools.rank.fill import put_popular
from tools.user import UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


def allowed(box: Toolbox, user: UserView, exclude: Iterable[str] = ()) -> NDArray[np.bool_]:
    """Shape (n_items,): what policy, the user's seen items and `exclude` (item ids) leave.

    An excluded id that the catalogue does not hold excludes nothing.
    """
    policy = box.domain.policy
    mask = _policy(box.catalogue, policy, _age(user))
    if policy.hide_seen:
        mask[user.seen] = False
    mask[[box.positions[i] for i in exclude if i in box.positions]] = False
    return mask


def allowed_many(box: Toolbox, users: Sequence[UserView], seen: Histories) -> NDArray[np.bool_]:
    """`allowed` for n users, (n, n_items); `seen` are their histories."""
    policy, ages = box.domain.policy, [_age(user) for user in users]
    by_age = {age: _policy(box.catalogue, policy, age) for age in set(ages)}
    mask = np.array([by_age[age] for age in ages]).reshape(len(users), len(box.catalogue))
    if policy.hide_seen:
        mask[seen.owner, seen.items] = False
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


def _policy(catalogue: Catalogue, policy: Policy, age: float) -> NDArray[np.bool_]:
    """An item without the attribute that a rule names passes that rule."""
    mask = np.ones(len(catalogue), bool)
    if policy.availability in catalogue.fields:
        mask &= ~catalogue.mask({policy.availability: {"==": False}})
    if policy.age_gate in catalogue.fields:
        mask &= ~catalogue.mask({policy.age_gate: {">": age}})
    for name, values in policy.banned.items():
        if name in catalogue.fields:
            operator = "contains_any" if catalogue.fields[name].kind == "list" else "in"
            mask &= ~catalogue.mask({name: {operator: list(values)}})
    return mask


def _age(user: UserView) -> float:
    """Years; a user whose age is unknown or not a number counts as 0, so that gated items stay hidden."""
    try:
        age = float(user.attributes.get("age", 0))
    except (TypeError, ValueError):
        return 0.0
    return age if age > 0 else 0.0
