"""Every link on the site leads somewhere, and no page leads a browser to another host by itself."""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

from datasette.app import Datasette

HERE = "http://localhost"
_DATA = (".csv", ".json", ".xlsx")
_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
_FETCHED = re.compile(
    r'<(?:script|img|iframe|source|embed)\b[^>]*?\bsrc="([^"]*)"'
    r'|<link\b[^>]*?\brel="(?:stylesheet|icon|preload)"[^>]*?\bhref="([^"]*)"'
    r'|<link\b[^>]*?\bhref="([^"]*)"[^>]*?\brel="(?:stylesheet|icon|preload)"'
)


def _shape(address: str) -> tuple[tuple[str, ...], int, bool]:
    """What kind of page it is: the beginning of its path, how deep it lies, and whether anything is asked of it."""
    parts = urlsplit(address)
    steps = parts.path.split("/")
    return tuple(steps[:3]), len(steps), bool(parts.query)


async def test_every_link_on_the_site_leads_somewhere(site: Datasette) -> None:
    waiting, known = deque(["/"]), {"/"}
    opened: Counter[object] = Counter()
    broken, foreign, missing = [], [], []
    while waiting:
        path = waiting.popleft()
        asked, is_data = "?" in path, urlsplit(path).path.endswith(_DATA)
        if opened[_shape(path)] >= (1 if asked or is_data else 2) or (asked and is_data):
            continue  # those of one kind are made by the same template; data has tests of its own
        opened[_shape(path)] += 1
        answer = await site.client.get(path, cookies={"nianbao_lang": "zh"})
        if answer.status_code in (301, 302, 303, 307, 308):
            found = [answer.headers["location"]]
        elif answer.status_code != 200:
            broken.append((path, answer.status_code))
            continue
        elif not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        else:
            found = _LINK.findall(_SCRIPT.sub("", answer.text))
            fetched = [next(filter(None, groups)) for groups in _FETCHED.findall(answer.text) if any(groups)]
            foreign += [
                (path, to) for to in fetched if urlsplit(urljoin(HERE, unescape(to))).hostname != "localhost"
            ]
            ids = set(re.findall(r'\bid="([^"]+)"', answer.text))
            missing += [
                (path, to)
                for to in found
                if to.startswith("#") and len(to) > 1 and unescape(to[1:]) not in ids
            ]
        if any(key.startswith("_") for key, _ in parse_qsl(urlsplit(path).query)) or "sql=" in path:
            continue  # a table narrowed or sorted: its own links are the same again, in every combination
        for link in map(unescape, found):
            parts = urlsplit(urljoin(HERE + path, link))
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.hostname == "localhost" and address not in known and not parts.path.endswith(".db"):
                known.add(address)
                waiting.append(address)
    assert broken == []
    assert foreign == []
    assert missing == []
    assert len(opened) > 40
