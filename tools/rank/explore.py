"""Exploration as a source: the new items that suit this user best, so that someone tries them and there is something to
learn from. New is what fewer than `tools.search.content.NEW` users have tried; nothing but its content speaks for it.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from tools.bus import Candidates
from tools.context import Context

NOVEL = 20  # items


def put_new(context: Context, n: int = NOVEL) -> None:
    """Put the `n` best eligible new items on the bus as "exploration"; none for a user without likes, to whom nothing
    could be said of them, and none that nothing the user liked speaks for.

    Scores compare new items among themselves only.
    """
    model, user, catalogue = context.box.content, context.user, context.box.catalogue
    if not len(user.liked) or not len(model.new):
        return
    scores = np.where(context.eligible[model.new], model.of_new(user), 0)
    best = np.argpartition(-scores, n)[:n] if len(scores) > n else np.arange(len(scores))
    best = best[np.lexsort((best, -scores[best]))]
    best = best[scores[best] > 0]
    if len(best):
        explain = partial(model.explain, user, titles=catalogue.titles, liked=context.box.domain.liked)
        context.bus.put(Candidates("exploration", model.new[best], scores[best], explain))
