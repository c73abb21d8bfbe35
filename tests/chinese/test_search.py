"""The laws of the search index: what is found, what is not, and that no query is refused."""

import html
import random
import re
import sqlite3
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chinese import excerpt, fold, match_query, segment
from chinese.search import excerpt_html

COLUMNS = ("title", "overview")
WORDS = [
    "政府信息公开",
    "征地拆迁",
    "不予公開",
    "營商環境",
    "ＰＤＦ文件",
    "GB2312",
    "１２３件",
    "信访",
    "三安全一稳定",
    "㎡",
    "⑩",
    "々",
    "龘",
    "𠮷野",
    "（一）总体情况",
    "2021-2022",
    "12.5%",
    "a_b",
    "😀",
    "“引号”",
    "、。，",
    "\n",
    "\u3000",
    "\u200b",
    "一",
    "拆",
    "年",
    "Web端",
    "é",
]


def _texts() -> list[str]:
    rng = random.Random(7)
    return ["".join(rng.choice(WORDS) for _ in range(40)) for _ in range(60)]


TEXTS = _texts()


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(
        "create virtual table indexed using fts5(title, overview, tokenize='ascii', content='')"
    )
    connection.executemany(
        "insert into indexed (rowid, title, overview) values (?, ?, ?)",
        [(n, segment(f"标题{n}"), segment(text)) for n, text in enumerate(TEXTS)],
    )
    return connection


def _found(index: sqlite3.Connection, query: str) -> set[int]:
    sql = "select rowid from indexed where indexed match ?"
    return {row[0] for row in index.execute(sql, [match_query(query, COLUMNS)])}


def _substrings(count: int) -> list[tuple[int, str]]:
    rng = random.Random(11)
    found = []
    while len(found) < count:
        number = rng.randrange(len(TEXTS))
        text = fold(TEXTS[number])
        start = rng.randrange(len(text))
        part = text[start : start + rng.randint(1, 12)]
        if re.search(r"[^\W_]", part):
            found.append((number, part))
    return found


def test_every_substring_of_a_text_is_found(index: sqlite3.Connection) -> None:
    for number, part in _substrings(4000):
        quoted = '"' + part.replace('"', " ") + '"'
        assert number in _found(index, quoted), part
        if not re.search(r"(^|\s|[(“])-", part) and "“" not in part:  # there it would exclude, or quote
            assert number in _found(index, part), part


def test_nothing_else_is_found_where_there_is_no_punctuation(index: sqlite3.Connection) -> None:
    joined = [
        re.sub(
            r"(?<=[\u3005\u4e00-\u9fff\U00020000-\U0003ffff])[\s\u200b]+(?=[\u3005\u4e00-\u9fff\U00020000-\U0003ffff])",
            "",
            fold(t),
        )
        for t in TEXTS
    ]
    plain = [part for _, part in _substrings(4000) if re.fullmatch(r"[^\W_]+", part)]
    assert len(plain) > 1000
    for part in plain:
        assert _found(index, part) == {
            n for n, text in enumerate(joined) if part in text or part in f"标题{n}"
        }, part


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("不予公開", "不予公开"),
        ("营商环境", "營商環境"),
        ("ＰＤＦ", "pdf文件"),
        ("pdf", "ＰＤＦ文件"),
        ("１２３", "123件"),
        ("10", "⑩"),
        ("m2", "㎡"),
        ("政府信息", "政 府\u3000信\n息"),
        ("政　府", "政府"),
    ],
)
def test_two_spellings_of_one_text_find_each_other(typed: str, stored: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table t using fts5(x, tokenize='ascii')")
    connection.execute("insert into t values (?)", [segment(stored)])
    assert connection.execute("select count(*) from t where t match ?", [match_query(typed)]).fetchone() == (
        1,
    )


def test_words_of_one_and_of_two_characters_are_found_inside_longer_ones(index: sqlite3.Connection) -> None:
    for word in ("拆", "地拆", "息公"):
        assert _found(index, word) == {n for n, text in enumerate(TEXTS) if word in fold(text)}


# --- AND, OR, NOT, brackets ---------------------------------------------------------------------

_words = st.sampled_from(["拆", "信访", "政府信息", "gb2312", "一", "龘", "环境"]).map(lambda w: ("word", w))
_trees = st.recursive(
    _words,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner),
        st.tuples(st.sampled_from(["NOT", "-"]), inner),
    ),
    max_leaves=8,
)


def _typed(tree: tuple) -> str:
    if tree[0] == "word":
        return tree[1]
    if len(tree) == 3:
        return f"({_typed(tree[1])} {tree[0]} {_typed(tree[2])})"
    return f"-({_typed(tree[1])})" if tree[0] == "-" else f"NOT ({_typed(tree[1])})"


def _meant(tree: tuple) -> tuple[bool, set[int]]:
    """Whether the tree asks for its set or for all but its set, and the set of texts it truly means."""
    everything = set(range(len(TEXTS)))
    if tree[0] == "word":
        return True, {n for n, text in enumerate(TEXTS) if tree[1] in fold(text)}
    meant = [_meant(child) for child in tree[1:]]
    if len(tree) == 2:
        return not meant[0][0], everything - meant[0][1]
    joined = meant[0][1] & meant[1][1] if tree[0] == "AND" else meant[0][1] | meant[1][1]
    positive = any(p for p, _ in meant) if tree[0] == "AND" else all(p for p, _ in meant)
    return positive, joined


@given(_trees)
@settings(max_examples=150, deadline=None)
def test_and_or_not_and_brackets_mean_what_they_say(index: sqlite3.Connection, tree: tuple) -> None:
    positive, meant = _meant(tree)
    assert _found(index, _typed(tree)) == (meant if positive else set())


@pytest.mark.parametrize("query", ["-拆", "NOT 拆", "-拆 -信访", "拆 OR -信访", "(-拆)", "-(拆 信访)"])
def test_a_query_that_only_excludes_never_returns_what_it_excludes(
    index: sqlite3.Connection, query: str
) -> None:
    assert _found(index, query) == set()


def test_a_column_may_be_named(index: sqlite3.Connection) -> None:
    assert _found(index, "title:标题7") == {7}
    assert _found(index, "title：“标题7”") == {7}
    assert _found(index, "overview:标题") == set()
    assert _found(index, "title:(标题7 OR 标题8) -标题8") == {7}
    assert _found(index, "nowhere:标题") == set()  # not a column: a word with a colon


def test_a_bracket_inside_a_word_is_no_syntax(index: sqlite3.Connection) -> None:
    expected = {n for n, text in enumerate(TEXTS) if "（一）总体" in text}
    assert expected
    assert _found(index, "（一）总体") == expected


# --- anything may be typed ----------------------------------------------------------------------

HOSTILE = [
    "", " ", '"', '""', '"""', "'", "*", "***", "拆*", "-", "--", "- 拆", "(", ")", "()", ")(", "((((((((((((((((((((",
    "(" * 500 + "拆" + ")" * 500, "-" * 3000 + "拆", "NOT " * 3000 + "拆", "NEAR(", "NEAR(拆 迁, 5)", "AND", "OR", "NOT",
    "AND OR NOT", "拆 AND", "OR 拆", "title:", "title:title:title:", "nowhere:拆", "{title}:拆", "title:-拆", "^拆", "拆+迁",
    "😀", "拆😀迁", "\0", "拆\0迁", "\ud800拆", "'; drop table indexed; --", "\\", "%", "_", "“", "”拆“", "\u202e拆", "拆" * 5000,
    " ".join(chr(0x4E00 + n) for n in range(3000)), "拆 OR " * 2000 + "迁", '"拆' * 2000, "a:b:c:d", "<script>", "﷽", "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_no_query_is_a_syntax_error(index: sqlite3.Connection, query: str) -> None:
    _found(index, query)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*WORDS, "AND", "OR", "NOT", "-", "(", ")", '"', "title:", " "])).map("".join)
)
@settings(max_examples=500, deadline=None)
def test_no_text_at_all_is_a_syntax_error(index: sqlite3.Connection, query: str) -> None:
    _found(index, query)


# --- excerpts -----------------------------------------------------------------------------------


def test_an_excerpt_marks_what_was_found_as_it_is_printed() -> None:
    text = "本年度" * 60 + "收到征地拆\n遷申請，㎡内公開⑩项。" + "其他" * 60
    assert "征地【拆 遷】申請" in excerpt(text, "拆迁")
    assert "公開【⑩】项" in excerpt(text, "10")
    assert "【㎡】内" in excerpt(text, "m2")
    assert excerpt(text, "拆迁").startswith("…")


def test_an_excerpt_without_a_match_is_the_beginning() -> None:
    assert excerpt("一二三四五", "六", width=3) == "一二三…"
    assert excerpt("一二三", "-一", width=3) == "一二三"
    assert excerpt("", "一") == ""


def test_what_is_excluded_is_not_marked() -> None:
    assert excerpt("拆迁与信访", "拆迁 -信访") == "【拆迁】与信访"


@given(st.sampled_from(TEXTS), st.sampled_from(WORDS), st.integers(10, 200))
@settings(deadline=None)
def test_an_excerpt_is_of_the_text_and_about_as_long_as_asked(text: str, word: str, width: int) -> None:
    bare = excerpt(text, word, width, marks=("", ""))
    flat = re.sub(r"\s+", " ", text)
    assert all(part.strip() in flat for part in bare.split("…"))
    assert len(bare.replace("…", "")) <= width


@given(st.text(alphabet="<>&\"'拆迁a ", max_size=80))
@settings(deadline=None)
def test_an_excerpt_in_html_is_the_same_text_escaped(text: str) -> None:
    made = excerpt_html(text, "拆 a")
    assert re.sub(r"</?mark>", "", made) == html.escape(excerpt(text, "拆 a", marks=("", "")))


def test_folding_twice_is_folding_once_for_every_character_of_the_table() -> None:
    table = files("chinese").joinpath("traditional.tsv").read_text("utf-8")
    assert [c for c in table if fold(fold(c)) != fold(c)] == []
