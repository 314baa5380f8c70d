"""Slates remembered as they are shown, so that they can be explained later (`GET /v1/explain`)."""

from __future__ import annotations

import logging

from tools.errors import StoreUnavailable
from tools.slate import Slate
from tools.store import Store, slates

log = logging.getLogger(__name__)
ANONYMOUS = "anonymous"  # whom a service acts for when it names nobody: a cold-start user


def keep(store: Store, slate: Slate) -> None:
    """Remember what is about to be shown; of nobody in particular nothing is kept."""
    if not slate.items or slate.user_id == ANONYMOUS:
        return
    try:
        slates.keep(store, slate)
    except StoreUnavailable as error:  # a full disk is no reason to show nothing
        log.warning("a slate is shown and cannot be explained later: %s", error)
