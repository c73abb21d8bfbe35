"""Lists of the Lonsun family: columns, separators, templates without rows, pages that are all page 1."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import site_of

from scrape.exchange import Exchange
from scrape.families import Clue, ListPage, ListRequest, family
from scrape.source import Source

HOST = "https://www.example.gov.cn"
COLUMN = f"{HOST}/public/column/7011?type=3&catId=&action=list&nav=3"
CONTENT = f"{HOST}/content/column/6791573"


def exchange(html: str | bytes, url: str = COLUMN) -> Exchange:
    body = html.encode() if isinstance(html, str) else html
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": "text/html"}, b"", b"", body)


def start(address: str = COLUMN, **options: str | int) -> ListRequest:
    hosts = frozenset({"www.example.gov.cn"})
    return family("lonsun").start(
        address, Source("example", "示例县", "990101", "lonsun", (address,), hosts, options=options)
    )


def read(html: str | bytes, asked: ListRequest | None = None, address: str = COLUMN) -> ListPage:
    asked = asked or start(address)
    return family("lonsun").read_list(asked, exchange(html, asked.request.url))


def query_of(asked: ListRequest) -> dict[str, str]:
    query = urlsplit(asked.request.url).query
    return {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()}


def rows(*numbers: int, kind: str = "clearfix xxgk_nav_list") -> str:
    lines = (
        f'<li><a href="/public/7011/{n}.html" title="甲年报{n}">甲…</a><span class="date">2025-01-{n:02}</span></li>'
        for n in numbers
    )
    return f'<ul class="{kind}">{"".join(lines)}</ul>'


def pager(pages: int, box: str = "page_public_info", turn: str = "load(pageIndex)", current: int = 0) -> str:
    call = f'Ls.pagination("#{box}", function(pageIndex){{ {turn} }}, {{currPage:({current}+1),pageCount:{pages}}});'
    return f"<script>{call}</script>"


@pytest.mark.parametrize(
    "faults",
    [
        {"content_column"},
        {"content_column", "hot_articles"},
        {"hot_articles"},
        {"templates"},
        {"page_index_ignored"},
        {"templates", "hot_articles"},
    ],
)
@pytest.mark.parametrize(("reports", "page_size"), [(3, 5), (13, 3)])
def test_every_report_on_every_page_is_archived_whatever_the_site_is_like(
    bench, faults: set[str], reports: int, page_size: int
) -> None:
    outcome = bench(site_of("lonsun", reports, page_size=page_size, faults=frozenset(faults))).run()
    assert (outcome.status, outcome.first["reports"]) == (0, reports), outcome.err


def test_a_template_whose_interface_cannot_be_asked_is_a_list_without_documents(bench) -> None:
    outcome = bench(site_of("lonsun", 3, faults=frozenset({"templates", "no_site_id"}))).run()
    assert outcome.status == 1
    assert "the list shows no documents" in outcome.err


def test_the_source_file_may_say_what_the_page_does_not(bench) -> None:
    site = site_of("lonsun", 7, page_size=5, faults=frozenset({"templates", "no_site_id"}))
    assert bench(site, options={"site_id": "10914581"}).run().first["reports"] == 7


def test_pages_that_all_are_page_one_end_the_list_where_no_interface_is_known(bench) -> None:
    faults = frozenset({"page_index_ignored", "no_site_id"})
    outcome = bench(site_of("lonsun", 8, page_size=5, faults=faults)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 5)
    assert "The list ends at page 1; page 2 is empty" in outcome.first["message"]


@pytest.mark.parametrize(
    ("address", "html", "expected"),
    [
        (COLUMN, pager(3), "/public/column/7011?type=3&catId=&action=list&nav=3&pageIndex=2"),
        (f"{COLUMN}&pageIndex=1", pager(3), "/public/column/7011?type=3&catId=&action=list&nav=3&pageIndex=2"),
        (CONTENT, pager(3, "page_6791573"), "/content/column/6791573?pageIndex=2"),
        (CONTENT, pager(3, "page_6791573", "location.href='/content/column/6791573?pageIndex=' + pageIndex"), "/content/column/6791573?pageIndex=2"),
        (f"{HOST}/zwgk/nb/index.html", pager(3, "page_55", "location.href='https://www.example.gov.cn/content/column/55?pageIndex=' + pageIndex"), "/content/column/55?pageIndex=2"),
        (CONTENT, pager(3, "page_6791573", "location.href='/content/column/77?pageIndex=' + pageIndex"), "/content/column/6791573?pageIndex=2"),
        (CONTENT, pager(3, "page_6791573", "location.href='https://elsewhere.example/content/column/6791573?pageIndex=' + pageIndex"), "/content/column/6791573?pageIndex=2"),
        (CONTENT, pager(9, "page_77", "location.href='/content/column/77?pageIndex=' + pageIndex") + pager(1, "page_6791573"), None),
        (COLUMN, pager(1), None),
        (COLUMN, "<script>// " + pager(3)[8:], None),
        (COLUMN, "<script>Ls.pagination = function(box){ var o = {pageCount:3}; }</script>", None),
        (COLUMN, "", None),
    ],
)  # fmt: skip
def test_the_next_page_is_where_the_pager_says_or_the_address_with_its_number(
    address: str, html: str, expected: str | None
) -> None:
    found = read(rows(1) + html, address=address).following
    assert [one.request.url.removeprefix(HOST) for one in found] == ([expected] if expected else [])


def test_separators_and_names_of_columns_are_no_rows() -> None:
    html = (
        '<ul class="doc_list list-6791573"><li class="columnName"><a class="title" href="/zwgk/nb/index.html">政府信息公开年报</a></li>'
        '<li class="odd"><a href="/zwgk/nb/1.html" title="甲县年报">甲县…</a><span class="right date">2025-01-15</span></li>'
        '<li class="lm_line"><a href="/x/2.html">线</a></li></ul>'
    )
    (found,) = read(html, address=CONTENT).rows
    assert (found.url, found.title, found.listed_on) == (f"{HOST}/zwgk/nb/1.html", "甲县年报", "2025-01-15")


def test_a_second_list_of_another_column_is_left_out() -> None:
    html = rows(9, kind="doc_list list-77") + rows(1, 2, kind="doc_list list-6791573")
    assert [one.title for one in read(html, address=CONTENT).rows] == ["甲年报1", "甲年报2"]


def test_the_pagers_own_list_is_the_columns_where_the_address_has_no_number() -> None:
    html = rows(9, kind="doc_list list-77") + rows(1, kind="doc_list list-55") + pager(1, "page_55")
    assert [one.title for one in read(html, address=f"{HOST}/zwgk/nb/index.html").rows] == ["甲年报1"]


def test_older_columns_have_a_list_for_each_row() -> None:
    html = '<div class="xxgk_navli"><ul><li>1</li><li>AH0/2025</li><li><a href="/public/7011/1.html">甲年报</a></li><li>2025-01-15</li></ul></div>'
    (found,) = read(html).rows
    assert (found.title, found.url, found.listed_on) == ("甲年报", f"{HOST}/public/7011/1.html", "2025-01-15")


@pytest.mark.parametrize(
    ("href", "known"),
    [
        ("/public/6981/146422691.html", True),
        ("/zwgk/public/371/61410681.html", True),
        ("/public/content/38194471", True),
        ("/content/article/12345", True),
        ("/XxgkAnnualReport/show/6218.html", True),
        ("/OpennessAnnualReport/year/show/341/2022.html", False),
        ("/opennessAnnualReport/?branch_id=5", False),
        ("/public/column/7011?type=2", False),
    ],
)
def test_rows_outside_a_list_are_known_by_their_addresses(href: str, known: bool) -> None:
    found = read(f'<li><a href="{href}">甲年报</a></li>').rows
    assert [one.url for one in found] == ([f"{HOST}{href}"] if known else [])


def test_the_years_of_the_view_are_rows_by_the_views_name() -> None:
    address = f"{HOST}/public/column/12651?type=3&nav=5&sub=4"
    html = '<a href="/public/column/12651?type=3&amp;nav=5&amp;sub=4&amp;timeFrame=2021&amp;hasContent=true">2021年</a><a href="?type=3">年报</a>'
    (found,) = read(html, address=address).rows
    assert (found.title, found.url) == (
        "2021年政府信息公开年报",
        f"{address}&timeFrame=2021&hasContent=true",
    )


TEMPLATE = (
    '<ul class="xxgk_nav_list"><li><a href="<?=el.link?>" title="<?=el.title?>"><?=el.title?></a></li></ul>'
)


def test_an_unfilled_template_gives_no_rows_and_leads_to_the_interface() -> None:
    script = '<script>$.post("/site/label/8888", {labelName: "publicInfoList", siteId: "49631471", file: "/xxgk/publicInfoList_newest2020"})</script>'
    found = read(TEMPLATE + script)
    assert found.rows == ()
    (asked,) = found.following
    assert asked.request.url.startswith(f"{HOST}/site/label/8888?")
    told = {"labelName": "publicInfoList", "siteId": "49631471", "organId": "7011", "type": "3", "catId": ""}
    assert (
        query_of(asked).items()
        >= (told | {"pageIndex": "1", "file": "/xxgk/publicInfoList_newest2020"}).items()
    )


def test_the_interface_is_asked_until_it_gives_nothing_new_where_it_does_not_count_its_pages() -> None:
    first = read(TEMPLATE + '<meta name="SiteId" content="5">').following[0]
    one = read(rows(1, 2), first)
    two = read(rows(3), one.following[0])
    assert [query_of(asked)["pageIndex"] for asked in (*one.following, *two.following)] == ["2", "3"]
    assert (two.following[0].page, read(rows(3), two.following[0]).following) == (3, ())


def test_the_interface_is_read_from_its_first_page_since_its_pages_are_of_another_size() -> None:
    html = rows(1, 2) + pager(3) + '<meta name="SiteId" content="5">'
    second = read(html).following[0]
    (asked,) = read(html, second).following
    assert (query_of(asked)["pageIndex"], asked.page) == ("1", 2)


@pytest.mark.parametrize(
    ("html", "url", "weight"),
    [
        (rows(1), COLUMN, 3),
        (rows(1, kind="doc_list list-6791573"), CONTENT, 3),
        (TEMPLATE + '<meta name="siteid" content="5"><script>publicInfoList</script>', COLUMN, 3),
        (TEMPLATE, COLUMN, 2),
        ('<a href="/public/7011/1.html">甲</a>', f"{HOST}/nb/", 2),
        ('<meta name="SiteId" content="5">', f"{HOST}/nb/", 1),
        ('<a href="./202501/t20250115_1.html">甲</a>', f"{HOST}/nb/", None),
    ],
)
def test_a_list_is_recognised_by_its_own_mechanism_first(html: str, url: str, weight: int | None) -> None:
    clue = family("lonsun").recognise(exchange(html, url))
    assert (clue.weight if isinstance(clue, Clue) else None) == weight
    assert clue is None or clue.list == url


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            "<ul class='doc_list list-1'><li><a href=/x.html>甲",
            'Ls.pagination("#p",{pageCount:',
            "<?=",
            "siteId:'5'",
        ]
    ),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: str) -> None:
    body = noise + piece.encode() * 20 + b"<script>publicInfoList" + noise + piece.encode() * 20
    for asked in read(body).following:
        read(body, asked)
    family("lonsun").recognise(exchange(body))


def test_a_list_that_never_closes_a_tag_is_read() -> None:
    assert len(read(b"<ul class='doc_list list-1'><li><a href=/public/1/1.html>x" * 700).rows) == 1
