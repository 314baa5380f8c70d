"""Recommend without a language model: one user's slate with evidence, or every user's ranked items at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tools.domain import Language
from tools.slate import Slate

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


def recommend(
    box: Toolbox,
    user_id: str,
    query: str | None = None,
    k: int = 10,
    filters: Mapping[str, Any] | None = None,
    exclude: Sequence[str] = (),
    language: Language = "en",
) -> Slate:
    """Up to `k` ranked items with evidence, or an abstaining slate.

    Raises:
        InvalidInput: `k` is out of bounds, or a filter names a field, operator or value that is not there.
    """
    raise NotImplementedError


def batch(box: Toolbox, user_ids: Sequence[str], k: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Each user's top `k` as (item id, score), without evidence. Unknown ids get the cold-start slate."""
    raise NotImplementedError
