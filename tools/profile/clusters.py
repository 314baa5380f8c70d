"""Groups of points: K-means decides how many and where, a Gaussian mixture on top of it says how much of each.

How the number is chosen: a number is stable when K-means refitted on bootstrap samples puts the users together as
before (mean adjusted Rand index of at least 0.5; 0 is chance). Among the stable ones whose mean silhouette is at least
0.8 of the best, the one with the highest product of silhouette and stability is taken; two only where no other is left,
because two groups say little of anyone. The number of the bundle before is kept while it is at least 0.8 as stable as
it has to be, so that groups do not come and go with noise.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

MOST = 10  # groups
MEMBERS = 10  # points a group needs on average
STABLE = 0.5
GOOD = 0.8  # share of the best silhouette
KEPT = 0.8  # share of STABLE that is enough for the number before
REFITS, DRAWN, MEASURED = 10, 5_000, 2_000  # bootstrap samples, points in one, points the silhouette is taken of
FORMS: tuple[Literal["spherical", "diag", "tied", "full"], ...] = ("spherical", "diag", "tied", "full")

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Clusters:
    """`centres` (k, a) of K-means. The mixture's component j is group j: `shares` (k,), `means` (k, a), `whiten`
    (k, a, a) the Cholesky factors of the inverse covariances. `metrics` say how good and how stable they are.
    """

    centres: Floats
    shares: Floats
    means: Floats
    whiten: Floats
    metrics: dict[str, float]

    def nearest(self, points: Floats) -> NDArray[np.intp]:
        """Group of each point (n, a) by K-means, (n,)."""
        return _nearest(points, self.centres)

    def membership(self, points: Floats) -> Floats:
        """How much each point (n, a) is of each group by the mixture, (n, k); rows sum to 1."""
        centred = points[:, None, :] - self.means
        far = np.square(np.einsum("nka,kab->nkb", centred, self.whiten)).sum(axis=2)
        log_volume = np.log(np.diagonal(self.whiten, axis1=1, axis2=2)).sum(axis=1)
        log = np.log(self.shares) + log_volume - far / 2
        odds = np.exp(log - log.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)

    def ordered(self, order: NDArray[np.intp]) -> Clusters:
        """The same groups in another order."""
        return Clusters(self.centres[order], self.shares[order], self.means[order], self.whiten[order], self.metrics)


def fit(points: Floats, earlier: Floats | None = None) -> Clusters | None:
    """Groups of `points` (n, a); None when no number from two up is stable. `earlier` (k, a): where the groups were
    before; they are tried as a start beside random ones.
    """
    before = 0 if earlier is None else len(earlier)
    with _quiet():
        tried = {k: _Try.of(points, k, earlier) for k in range(2, min(MOST, len(points) // MEMBERS) + 1)}
        chosen = _chosen({k: one for k, one in tried.items() if one}, before)
        return _with_mixture(points, chosen) if chosen else None


def _chosen(tried: dict[int, _Try], before: int) -> _Try | None:
    enough = {k: KEPT * STABLE if k == before else STABLE for k in tried}
    stable = {k: one for k, one in tried.items() if one.stability >= enough[k]}
    best = max((one.silhouette for one in stable.values()), default=0.0)
    good = {k: one for k, one in stable.items() if one.silhouette >= GOOD * best}
    telling = {k: one for k, one in good.items() if k > 2} or good
    k = before if before in good else max(telling, key=lambda k: good[k].silhouette * good[k].stability, default=0)
    return good.get(k)


@dataclass(frozen=True)
class _Try:
    centres: Floats
    silhouette: float
    stability: float

    @classmethod
    def of(cls, points: Floats, k: int, earlier: Floats | None) -> _Try | None:
        from sklearn.metrics import silhouette_score

        centres = _centres(points, k, earlier)
        groups = _nearest(points, centres)
        if np.bincount(groups, minlength=k).min() < 2:
            return None
        silhouette = silhouette_score(points, groups, sample_size=min(MEASURED, len(points)), random_state=0)
        return cls(centres, float(silhouette), _stability(points, groups, k))


def _centres(points: Floats, k: int, earlier: Floats | None = None, seed: int = 0) -> Floats:
    from sklearn.cluster import KMeans

    found = KMeans(k, n_init=10, random_state=seed).fit(points)
    if earlier is not None and len(earlier) == k:
        again = KMeans(k, init=earlier, n_init=1).fit(points)
        if again.inertia_ <= 1.01 * found.inertia_:  # as good, and where they were
            found = again
    return np.asarray(found.cluster_centers_, np.float32)


def _stability(points: Floats, groups: NDArray[np.intp], k: int) -> float:
    """Mean adjusted Rand index between `groups` and those of refits, from their own random starts, on resamples."""
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(0)
    samples = [points[rng.integers(0, len(points), min(DRAWN, len(points)))] for _ in range(REFITS)]
    found = (_nearest(points, _centres(sample, k, seed=n + 1)) for n, sample in enumerate(samples))
    return float(np.mean([adjusted_rand_score(groups, other) for other in found]))


def _with_mixture(points: Floats, chosen: _Try) -> Clusters:
    """The mixture starts at the centres; the form of its covariances is the one with the lowest BIC."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist
    from sklearn.metrics import adjusted_rand_score

    k, regular = len(chosen.centres), 1e-3 * float(points.var(axis=0).max()) + 1e-9
    mixture, bic = min((_mixture(points, chosen.centres, form, regular) for form in FORMS), key=lambda found: found[1])
    _, order = linear_sum_assignment(cdist(chosen.centres, mixture.means_))
    covariances = _full(mixture, k, points.shape[1])[order]
    agreed = adjusted_rand_score(_nearest(points, chosen.centres), mixture.predict(points))
    return Clusters(
        chosen.centres,
        mixture.weights_[order].astype(np.float32),
        mixture.means_[order].astype(np.float32),
        np.linalg.cholesky(np.linalg.inv(covariances)).astype(np.float32),
        {
            "segments": float(k),
            "silhouette": round(chosen.silhouette, 4),
            "stability": round(chosen.stability, 4),
            "bic": round(float(bic), 1),
            "mixture_agreement": round(float(agreed), 4),
        },
    )


def _mixture(points: Floats, centres: Floats, form: Any, regular: float) -> tuple[GaussianMixture, float]:
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(
        len(centres), covariance_type=form, means_init=centres, reg_covar=regular, random_state=0
    ).fit(points)
    return model, float(model.bic(points))


def _full(mixture: GaussianMixture, k: int, a: int) -> NDArray[np.float64]:
    """Covariances (k, a, a), whatever form they were fitted in."""
    held = np.asarray(mixture.covariances_)
    match mixture.covariance_type:
        case "spherical":
            return held[:, None, None] * np.eye(a)
        case "diag":
            return held[:, :, None] * np.eye(a)
        case "tied":
            return np.broadcast_to(held, (k, a, a))
    return held


def _nearest(points: Floats, centres: Floats) -> NDArray[np.intp]:
    return np.asarray((np.square(centres).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1))


@contextmanager
def _quiet() -> Iterator[None]:
    """Fewer distinct points than groups, or a mixture that has not settled: the figures judge that, not a warning. And
    one thread: on so few points several wait for each other, a hundred times as long where other work has the cores.
    """
    import sklearn.cluster  # noqa: F401 - loads the threads that are limited
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
