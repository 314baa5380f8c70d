"""What a profile says, as records: for the profile route, for the observation that the model reads, for the persona."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Span = Literal["7 days", "30 days", "90 days", "decayed", "all time"]
Part = Literal["night", "morning", "afternoon", "evening"]


class Interest(BaseModel):
    """`weight` in [-1, 1], the strongest one is 1; `support` counts the liked items that have it, `disliked` the
    disliked ones.
    """

    attribute: str
    value: str
    weight: float
    support: int
    disliked: int


class Drift(BaseModel):
    """An interest that moved. `before` and `now` are its parts of the long- and the short-term vector, each of which is
    one unit long, so both lie in [-1, 1].
    """

    attribute: str
    value: str
    before: float
    now: float


class Interests(BaseModel):
    """Strongest first, aversions (weight below 0) last. `long` forgets nothing, `short` forgets six times faster than
    the vector used for scores; `rising` and `falling` are where the two differ most.
    """

    long: list[Interest] = Field(default_factory=list)
    short: list[Interest] = Field(default_factory=list)
    rising: list[Drift] = Field(default_factory=list)
    falling: list[Drift] = Field(default_factory=list)


class Share(BaseModel):
    """`share` in [0, 1] of the liked items that have the value; an item may have several."""

    attribute: str
    value: str
    share: float


class Window(BaseModel):
    """Behaviour up to the user's own latest event; `decayed` counts an event half after each half-life of the domain.
    `approval` is the liked share of the events that say something, None where none does. `facets`: commonest first.
    """

    span: Span
    events: float = 0
    liked: float = 0
    disliked: float = 0
    approval: float | None = None
    facets: list[Share] = Field(default_factory=list)


class Rhythm(BaseModel):
    """When the user is active, where it is telling: most of their days are of one kind, or most of their sessions in
    one part of the day (UTC, six hours each from midnight). `days` is what it was counted over.
    """

    days: int
    weekend: float | None = None  # share of active days, when most are weekends (or hardly any)
    part: Part | None = None
    part_share: float | None = None


class Statistics(BaseModel):
    """`popularity`: mean percentile, 0 to 1, of the liked items among all by the number of users who liked them.
    `facets`: how many values of each facet occur among the liked items. Times are ISO 8601, UTC.
    """

    events: int = 0
    liked: int = 0
    disliked: int = 0
    first: str | None = None
    last: str | None = None
    active_days: int = 0
    facets: dict[str, int] = Field(default_factory=dict)
    popularity: float | None = None
    windows: list[Window] = Field(default_factory=list)
    rhythm: Rhythm | None = None


class Segment(BaseModel):
    """A group of users with like taste. `id` lasts from training to training; `share` in [0, 1] is how much of the
    user's taste is the group's; `users` are in it; `traits` are what its members like more than others do.
    """

    id: int
    label: str
    label_zh: str
    share: float
    users: int
    traits: list[str] = Field(default_factory=list)


class SimilarUsers(BaseModel):
    """Never who they are: how many of the nearest users by shared likes (`by_history`) there are, how many of these are
    among the nearest by taste too (None below 5), and what they like more than everyone does and this user likes too.
    """

    by_history: int
    by_taste_too: int | None = None
    shared: list[Share] = Field(default_factory=list)


class Seen(BaseModel):
    """One event of the history. `liked` is None where the event says nothing either way."""

    item_id: str
    title: str
    when: str
    liked: bool | None


class Profile(BaseModel):
    """Who a user is. Empty of everything but the id when profiling is off."""

    user_id: str
    profiling: bool = True
    attributes: dict[str, Any] = Field(default_factory=dict)
    statistics: Statistics = Field(default_factory=Statistics)
    interests: Interests = Field(default_factory=Interests)
    segment: Segment | None = None
    memberships: list[Segment] = Field(default_factory=list)  # largest share first
    similar: SimilarUsers | None = None
    history: list[Seen] = Field(default_factory=list)  # newest first
