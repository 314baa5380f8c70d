"""How alike a newcomer and the known users are in the attributes that the domain file allows, and in no other."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BANDWIDTH = 0.65  # standard deviations at which a difference in a number counts like e^-0.5
OTHER = 0.35  # what a user with another value, or none, counts beside one with the same
NARROW = 0.5  # half the width of the band that a reason names, in standard deviations

Group = tuple[str, str, NDArray[np.bool_]]  # how to say the values in English and in Chinese, and who is in it


@dataclass(frozen=True, eq=False)
class Kinship:
    """Per attribute one column of the known users' values: float64 with NaN where every known value is a number, else
    the values as text, "" where unknown.
    """

    columns: dict[str, NDArray[Any]]
    n_users: int

    @classmethod
    def fit(cls, allowed: Sequence[str], users: Sequence[Mapping[str, Any]]) -> Kinship:
        """`users`: the attributes of each known user, in the order of the model's rows."""
        return cls({name: _column([user.get(name) for user in users]) for name in allowed}, len(users))

    def closeness(self, attributes: Mapping[str, Any]) -> NDArray[np.float32] | None:
        """How much each known user says about someone with `attributes`, (n_users,) in (0, 1]; None when no allowed
        attribute is known.
        """
        close, told = self.closeness_many([attributes])
        return close[0] if told[0] else None

    def closeness_many(
        self, users: Sequence[Mapping[str, Any] | None]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The same of many, (n, n_users), 1 where nothing is known, and of whom something is, (n,); None stands for
        someone whose attributes may not be used. Each value is compared once.
        """
        out, told = np.ones((len(users), self.n_users), np.float32), np.zeros(len(users), bool)
        for name in self.columns:
            holders: dict[str, list[int]] = {}
            for n, attributes in enumerate(users):
                if attributes and name in attributes:
                    holders.setdefault(repr(attributes[name]), []).append(n)
            for rows in holders.values():
                factor = _factor(self.columns[name], (users[rows[0]] or {})[name])
                if factor is not None:
                    out[rows] *= factor
                    told[rows] = True
        return out, told

    def group(self, name: str, attributes: Mapping[str, Any]) -> Group | None:
        """Those who share the value of one attribute, or come close to it where it is a number."""
        column, value = self.columns.get(name), attributes.get(name)
        if column is None or value is None:
            return None
        if column.dtype != np.float64:
            return (str(value), str(value), column == str(value)) if str(value) else None
        number = _number(value)
        if not np.isfinite(number):
            return None
        width = max(1, round(NARROW * _deviation(column)))
        low, high = round(number) - width, round(number) + width
        return f"{low} to {high}", f"{low} 到 {high}", (column >= low) & (column <= high)

    def of(self, rows: Sequence[int]) -> Kinship:
        """Some of the known users alone."""
        return Kinship({name: column[rows] for name, column in self.columns.items()}, len(rows))

    def to_json(self) -> str:
        columns = {name: _known(column) for name, column in self.columns.items()}
        return json.dumps({"n_users": self.n_users, "columns": columns}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Kinship:
        held = json.loads(text)
        return cls({name: _column(values) for name, values in held["columns"].items()}, held["n_users"])


def _column(values: Sequence[Any]) -> NDArray[Any]:
    told = [value for value in values if value not in (None, "")]
    if told and all(isinstance(value, int | float) and not isinstance(value, bool) for value in told):
        return np.array([_number(value) for value in values], np.float64)
    return np.array(["" if value is None else str(value) for value in values], np.str_)


def _known(column: NDArray[Any]) -> list[Any]:
    numbers = column.dtype == np.float64
    return [None if numbers and math.isnan(value) else value for value in column.tolist()]


def _factor(column: NDArray[Any], value: Any) -> NDArray[np.float32] | None:
    if column.dtype != np.float64:
        return np.where(column == str(value), 1.0, OTHER).astype(np.float32) if value not in (None, "") else None
    number = _number(value)
    if not np.isfinite(number):
        return None
    away = (column - number) / (BANDWIDTH * _deviation(column))
    return np.nan_to_num(np.exp(-0.5 * away**2), nan=OTHER).astype(np.float32)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _deviation(column: NDArray[np.float64]) -> float:
    return float(np.nanstd(column)) or 1.0
