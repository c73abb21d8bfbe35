"""Make `traditional.tsv` from OpenCC's table of Traditional characters (Apache 2.0).

Run it by hand, with the development dependencies installed: `python -m chinese.build_traditional`.
A character that is also good Simplified (乾, 著) is left alone: 乾县 is not 干县.
"""

from importlib.resources import files
from pathlib import Path


def rows(source: str) -> list[tuple[str, str]]:
    """Pairs of a Traditional character and its Simplified one, in code point order.

    Where the table leads on from one to the next (薴 → 苧 → 苎), the last is taken: folding twice is folding
    once.
    """
    first: dict[str, str] = {}
    for line in source.splitlines():
        traditional, _, targets = line.partition("\t")
        simplified = targets.split()
        if simplified and traditional not in simplified:
            first[traditional] = simplified[0]

    def last(character: str) -> str:
        return last(first[character]) if character in first else character

    return [(traditional, last(traditional)) for traditional in sorted(first)]


def main() -> None:
    source = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8")
    table = rows(source)
    target = Path(__file__).with_name("traditional.tsv")
    target.write_text("".join(f"{a}\t{b}\n" for a, b in table), "utf-8")
    print(f"{target.name}: {len(table)} characters")


if __name__ == "__main__":
    main()
