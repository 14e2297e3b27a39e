"""The style sheet: sizes and contrasts that an officer at night needs, computed from what it says."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "mobile_api/pages/static/roadside.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.S)
)
THEMES = {"light": LIGHT, "dark": DARK}
ON_BACKGROUND = ("text", "soft", "yes", "no", "conditional")
VERDICTS = ("full", "partial", "official-acts", "none", "unverified")
PAIRS = [
    *(("background", color) for color in ON_BACKGROUND),
    *((level, "on-verdict") for level in VERDICTS),
    ("training", "on-training"),
    ("action", "on-action"),
    ("field", "text"),
]


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def size_of(selector: str) -> int:
    rule = re.search(rf"(?m)^{re.escape(selector)} \{{[^}}]*?font-size: (\d+)px", CSS)
    assert rule is not None
    return int(rule[1])


@pytest.mark.parametrize(("theme", "pair"), list(product(THEMES, PAIRS)))
def test_every_text_has_a_contrast_of_seven(theme: str, pair: tuple[str, str]) -> None:
    colors = LIGHT | THEMES[theme]
    assert contrast(colors[pair[0]], colors[pair[1]]) >= 7


@pytest.mark.parametrize("theme", THEMES)
def test_lines_and_borders_have_a_contrast_of_three(theme: str) -> None:
    assert contrast(THEMES[theme]["line"], THEMES[theme]["background"]) >= 3


def test_the_verdict_and_the_plate_are_large() -> None:
    assert size_of(".verdict h1") >= 28
    assert size_of(".plate") >= 32
    assert size_of("input.plate") >= 32
    assert "font: 18px" in CSS


def test_what_is_touched_is_48_pixels_high() -> None:
    assert re.search(r"button, footer a \{[^}]*min-height: 48px", CSS)
    assert re.search(r"\.choice \{[^}]*min-height: 48px", CSS)


def test_the_dark_theme_follows_the_device() -> None:
    assert "@media (prefers-color-scheme: dark)" in CSS
    assert luminance(DARK["background"]) < 0.02
