"""Distributions by their names and parameters in R, as other tools' files give them.

Those that have a family of their own here (exp, unif, lnorm, gamma, weibull) are in the table so
that an importer can check them; the others are written by name and parameters::

    other: {r: nbinom, parameters: [3, 0.2]}

Source: R Core Team, R: A language and environment for statistical computing, package stats.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["any", "above 0", "0 or more", "whole", "chance"]

MOST_WHOLE = 10_000
"""The largest count that a parameter may be; tables of chances are made from it."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a distribution in R: its name, what it may be, R's own default."""

    name: str
    kind: Kind
    default: float | None = None

    def wrong(self, value: float) -> str | None:
        """What is wrong with a value, in words; None where nothing is."""
        if self.kind == "any":
            return None
        if self.kind == "above 0":
            ok, needed = value > 0, "a number above 0"
        elif self.kind == "0 or more":
            ok, needed = value >= 0, "a number of 0 or more"
        elif self.kind == "chance":
            ok, needed = 0 < value <= 1, "a chance above 0 and at most 1"
        else:
            ok = value == int(value) and 0 <= value <= MOST_WHOLE
            needed = f"a whole number from 0 to {MOST_WHOLE:,}"
        return None if ok else f"{self.name} {value:g} is not allowed: {needed}"


def _p(name: str, kind: Kind, default: float | None = None) -> Parameter:
    return Parameter(name, kind, default)


R_DISTRIBUTIONS: dict[str, tuple[Parameter, ...]] = {
    "beta": (_p("shape1", "above 0"), _p("shape2", "above 0"), _p("ncp", "0 or more", 0)),
    "binom": (_p("size", "whole"), _p("prob", "chance")),
    "cauchy": (_p("location", "any", 0), _p("scale", "above 0", 1)),
    "chisq": (_p("df", "above 0"), _p("ncp", "0 or more", 0)),
    "exp": (_p("rate", "above 0", 1),),
    "f": (_p("df1", "above 0"), _p("df2", "above 0"), _p("ncp", "0 or more", 0)),
    "gamma": (_p("shape", "above 0"), _p("rate", "above 0", 1)),
    "geom": (_p("prob", "chance"),),
    "hyper": (_p("m", "whole"), _p("n", "whole"), _p("k", "whole")),
    "lnorm": (_p("meanlog", "any", 0), _p("sdlog", "0 or more", 1)),
    "logis": (_p("location", "any", 0), _p("scale", "above 0", 1)),
    "nbinom": (_p("size", "above 0"), _p("prob", "chance")),
    "norm": (_p("mean", "any", 0), _p("sd", "0 or more", 1)),
    "pois": (_p("lambda", "0 or more"),),
    "signrank": (_p("n", "whole"),),
    "t": (_p("df", "above 0"), _p("ncp", "any", 0)),
    "tnorm": (
        _p("mean", "any"), _p("sd", "above 0"), _p("lower", "0 or more", 0),
        _p("upper", "above 0", math.inf),
    ),
    "unif": (_p("min", "0 or more", 0), _p("max", "0 or more", 1)),
    "weibull": (_p("shape", "above 0"), _p("scale", "above 0", 1)),
    "wilcox": (_p("m", "whole"), _p("n", "whole")),
}  # fmt: skip
"""R's name of each distribution (what follows r in rexp) and its parameters in R's order."""

Other = Literal[
    "beta", "binom", "cauchy", "chisq", "f", "geom", "hyper", "logis", "nbinom", "norm", "pois",
    "signrank", "t", "tnorm", "wilcox",
]  # fmt: skip
"""Those without a family of their own here."""

MOST_COUNT = 100_000
MOST_RANKED = 200
"""The most people that a rank statistic (signrank, wilcox) may be of."""
MOST_BELOW_0 = 1e-6
"""A distribution that is below 0 more often than this gives no lengths of time."""


def complete(name: str, values: Sequence[float]) -> tuple[float, ...]:
    """The parameters with R's defaults for those left out at the end.

    Raises:
        ValueError: too few or too many, one that is not allowed, or lengths that would often be
            below 0; the message says which.

    >>> complete("norm", [10])
    (10.0, 1.0)
    """
    known = R_DISTRIBUTIONS[name]
    order = "; ".join(parameter.name for parameter in known)
    if len(values) > len(known):
        raise ValueError(f"{name} has {len(known)} parameters ({order}); here: {len(values)}")
    whole = []
    for i, parameter in enumerate(known):
        value = values[i] if i < len(values) else parameter.default
        if value is None:
            raise ValueError(f"{name} needs {parameter.name} as well ({order})")
        if math.isnan(value) or (math.isinf(value) and value != parameter.default):
            raise ValueError(f"{parameter.name} {value:g} is not a number that can be used")
        wrong = parameter.wrong(value)
        if wrong:
            raise ValueError(wrong)
        whole.append(float(value))
    _check_together(name, whole)
    return tuple(whole)


def _check_together(name: str, values: list[float]) -> None:
    """What no parameter shows by itself.

    Raises:
        ValueError: they do not go together, or lengths would often be below 0.
    """
    match name, values:
        case "unif", [low, high] if low > high:
            raise ValueError(f"min {low:g} is above max {high:g}")
        case "hyper", [m, n, k] if k > m + n:
            raise ValueError(f"k {k:g} is above m + n, {m + n:g}")
        case "tnorm", [mean, sd, lower, upper]:
            if not upper > lower:
                raise ValueError(f"upper {upper:g} is not above lower {lower:g}")
            if (lower - mean) / sd > 30 or (mean - upper) / sd > 30:
                raise ValueError("hardly any of the distribution lies between lower and upper")
        case "pois" | "nbinom" | "geom", _ if _mean_count(name, values) > MOST_COUNT:
            raise ValueError(f"a mean above {MOST_COUNT:,} is not allowed")
        case "signrank" | "wilcox", _ if max(values) > MOST_RANKED:
            raise ValueError(f"{max(values):g} is not allowed: at most {MOST_RANKED}")
    below = chance_below_0(name, values)
    if below > MOST_BELOW_0:
        raise ValueError(
            f"{name} with these parameters is below 0 in {below:.2g} of draws, which is no length "
            "of time; write tnorm (a normal drawn again below 0) or a distribution above 0"
        )


def _mean_count(name: str, values: Sequence[float]) -> float:
    """The mean of the counts without an upper end."""
    if name == "pois":
        return values[0]
    size, prob = (1.0, values[0]) if name == "geom" else (values[0], values[1])
    return size * (1 - prob) / prob


def chance_below_0(name: str, values: Sequence[float]) -> float:
    """The chance of a draw below 0."""
    match name, list(values):
        case "norm", [mean, sd]:
            return float(mean < 0) if sd == 0 else _normal_cdf(-mean / sd)
        case "logis", [location, scale]:
            return 1 / (1 + math.exp(min(location / scale, 700.0)))
        case "cauchy", [location, scale]:
            return 0.5 - math.atan(location / scale) / math.pi
        case "t", [_, ncp]:
            return _normal_cdf(-ncp)
    return 0.0


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(z / -math.sqrt(2))
