"""Plates and vehicle identification numbers that no real vehicle has.

Decides how they are written and that none comes twice: 11,000 serials for each code, letter and order (0000 to 9999,
000 to 999). When a series is used up its mission gets no further plates, which 1.24 million members do not reach.
"""

from collections import defaultdict

from .dice import Dice

SERIALS = 11_000
SCATTER = 7_919
"""A prime that does not divide the serials: each comes once, neighbours do not look alike."""

VIN_MAKER = "0TR"
"""Begins with 0, which ISO 3780 gives to no region of the world: no maker has it."""
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VIN_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"
"""The model years from 1980 and again from 2010, as 49 CFR 565 writes them."""
VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
    "P": 7,
    "R": 9,
}
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


class Plates:
    """Gives plates as they are stamped."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str, bool], int] = defaultdict(int)

    def give(self, code: str, status: str, *, trailing: bool) -> str | None:
        """Give the next plate of a series, such as `DEA 1234`, or `1234 EAD` where the letter stands last (the UN
        community in New York). Gives nothing where the series is used up."""
        series = (code, status, trailing)
        if self._used[series] == SERIALS:
            return None
        self._used[series] += 1
        place = self._used[series] * SCATTER % SERIALS
        serial = f"{place:04d}" if place < 10_000 else f"{place - 10_000:03d}"
        return f"{serial} {code}{status}" if trailing else f"{status}{code} {serial}"


class Vins:
    """Gives vehicle identification numbers with a right check digit."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given = 0

    def give(self, year: int) -> str:
        """Give the next number, for a vehicle of this model year."""
        self._given += 1
        plant, serial = divmod(self._given, 1_000_000)
        described = "".join(self._dice.pick(VIN_LETTERS) for _ in range(5))
        year_sign = VIN_YEARS[(year - 1980) % len(VIN_YEARS)]
        return with_check_digit(f"{VIN_MAKER}{described}0{year_sign}{VIN_LETTERS[plant]}{serial:06d}")


def with_check_digit(vin: str) -> str:
    """Put the check digit of 49 CFR 565.15(c) in the ninth place."""
    remainder = sum(VIN_VALUES[sign] * weight for sign, weight in zip(vin, VIN_WEIGHTS, strict=True)) % 11
    return f"{vin[:8]}{'X' if remainder == 10 else remainder}{vin[9:]}"
