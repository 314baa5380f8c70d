"""What a tool is given besides its arguments: the trained tools, the user of this turn, and the bus.

A model never names the user: identity is bound here, from the authenticated turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.bus import Bus
from tools.domain import Language
from tools.user import UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


@dataclass
class Context:
    """One turn. `eligible` (n_items,) is True where policy, seen items, exclusions and hard constraints allow an item;
    tools look for candidates among those only, and the ranking checks again.
    """

    box: Toolbox
    user: UserView
    eligible: NDArray[np.bool_]
    language: Language = "en"
    bus: Bus = field(default_factory=Bus)
