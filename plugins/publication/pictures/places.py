"""Where provinces stand on the map of tiles, what they are called there, and their codes."""

import re

from chinese.provinces import PROVINCES

# With those that the regulations do not reach, the corps, which has no code in GB/T 2260, and the invented one.
_CODES = {place.zh: place.code for place in PROVINCES} | {
    "台湾省": "710000",
    "香港特别行政区": "810000",
    "澳门特别行政区": "820000",
    "新疆生产建设兵团": "660000",
    "示例省": "990000",
}
INVENTED = "示例省"

# Column and row, by the first two digits of the code: about where a map has them.
PLACES = {
    "23": (8, 0), "15": (4, 1), "22": (8, 1), "65": (0, 2), "64": (3, 2), "11": (5, 2), "12": (6, 2), "21": (7, 2),
    "63": (1, 3), "62": (2, 3), "61": (3, 3), "14": (4, 3), "13": (5, 3), "37": (6, 3), "54": (1, 4), "51": (2, 4),
    "50": (3, 4), "41": (4, 4), "34": (5, 4), "32": (6, 4), "31": (7, 4), "53": (2, 5), "52": (3, 5), "42": (4, 5),
    "36": (5, 5), "33": (6, 5), "45": (3, 6), "43": (4, 6), "44": (5, 6), "35": (6, 6), "71": (7, 6), "46": (4, 7),
    "82": (5, 7), "81": (6, 7), "99": (0, 7),
}  # fmt: skip
_KIND = re.compile(r"(?<=..)(?:特别行政区|(?:维吾尔|壮族|回族)?自治区|省|市|地区|盟)$")
_ENGLISH = {"Xizang (Tibet)": "Xizang", "Shili (invented)": "Shili"}


def code_of(province: str) -> str | None:
    """The six-digit code of a province by its Chinese name; None for anything else."""
    return _CODES.get(province)


def names() -> tuple[str, ...]:
    """The Chinese names of all that have a tile, by code; the invented province last."""
    return tuple(
        sorted((name for name, code in _CODES.items() if code[:2] in PLACES), key=_CODES.__getitem__)
    )


def short_name(name: str) -> str:
    """A place without the word for its kind: 广西 for 广西壮族自治区, Xizang for Xizang (Tibet)."""
    return _ENGLISH.get(name) or _KIND.sub("", name)


def tile_name(name: str) -> str:
    """A short name that a tile can break."""
    return short_name(name).replace("Heilongjiang", "Heilong- jiang")
