"""Answers that are not what was asked for, and the pages they stand in place of."""

from local_sites import article, page, trs_site

from sample.sites.server import Answer
from sample.sites.trs import TrsSite
from scrape.exchange import Exchange

FIRST = article(0)
HTML = {"Content-Type": "text/html"}
BODY = page("示例县2024年政府信息公开工作年度报告")


def broken(answer: Answer, reports: int = 3, **more) -> TrsSite:
    """A site whose first report gives `answer`."""
    return trs_site(reports, answers={f"/{FIRST.path}": answer}, **more)


def as_html(body: bytes | str) -> Exchange:
    """An answer as the judges of answers see it."""
    content = body.encode() if isinstance(body, str) else body
    return Exchange("http://127.0.0.2/nb/a.html", "", 200, {"content-type": "text/html"}, b"", b"", content)
