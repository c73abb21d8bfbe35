"""Shares as this site gives them: with numerator and denominator, an interval, and none below a least number."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

from plugins.publication.language import say

LEAST_DECIDED = 30  # below so many outcomes no share is given
LEAST_CONCLUDED = 5  # the same for reviews and lawsuits
_Z = 1.96  # 95 %
_TENTH = Decimal("0.1")


def tenths(value: float) -> str:
    """A number with one decimal, a half rounded up as SQLite's round() does: the same share reads the same on a page
    and in the answer of a query."""
    return str(Decimal(repr(value)).quantize(_TENTH, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`; either may be None: not known. `least`: the smallest whole that a share is given for."""

    part: int | None
    whole: int | None
    least: int = 1

    @property
    def is_given(self) -> bool:
        """Whether there is a share at all: both known, no more than the whole, and enough of it."""
        return (
            self.part is not None
            and self.whole is not None
            and self.whole >= max(self.least, 1)
            and 0 <= self.part <= self.whole
        )

    @property
    def pct(self) -> float | None:
        """The share in per cent; None where there is none."""
        return (
            100 * self.part / self.whole if self.is_given and self.whole and self.part is not None else None
        )

    @property
    def said(self) -> str:
        """The share as it is written, "12.5%"; "–" where there is none."""
        return "–" if self.pct is None else f"{tenths(self.pct)}%"

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share in per cent, low and high; None where there is none."""
        if not self.is_given or self.part is None or not self.whole:
            return None
        share, n, z2 = self.part / self.whole, self.whole, _Z * _Z
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
        return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))

    @property
    def why_not(self) -> str:
        """Why there is no share, in the language of the page."""
        if self.part is None or self.whole is None:
            return say("页面留空，不算比例", "left blank, so no share")
        if self.part > self.whole:
            return say("分子多于分母，不算比例", "the part is more than the whole, so no share")
        return say(f"不足 {self.least} 件，不算比例", f"fewer than {self.least}, so no share")

    def against(self, other: "Rate") -> str:
        """Whether this share's interval lies wholly above ("more") or below ("less") the other; "" for neither."""
        mine, theirs = self.interval, other.pct
        if mine is None or theirs is None:
            return ""
        return "more" if mine[0] > theirs else "less" if mine[1] < theirs else ""
