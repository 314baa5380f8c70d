"""What may be shown to whom: policy, seen items, exclusions and the turn's hard constraints, as one mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tools.context import Context
from tools.domain import Language
from tools.user import UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

Filters = dict[str, dict[str, Any]]


def allowed(box: Toolbox, user: UserView, exclude: Iterable[str] = ()) -> NDArray[np.bool_]:
    """Shape (n_items,): what policy, the user's seen items and `exclude` (item ids) leave."""
    raise NotImplementedError


def open_turn(
    box: Toolbox, user: UserView, filters: Filters, exclude: Iterable[str] = (), language: Language = "en"
) -> Context:
    """The context that this turn's tools run in: only items that policy and `filters` allow are eligible."""
    raise NotImplementedError
