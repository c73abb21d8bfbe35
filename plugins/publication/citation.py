"""How to cite one report: after GB/T 7714 in Chinese, and in English, as plain text to copy.

Both name the publisher's own page first, then the permanent address here and the fingerprint of what was read.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

SHORT_SHA256 = 12  # digits of the fingerprint that a citation carries


def citations(row: Mapping[str, Any], document: Mapping[str, Any] | None, address: str) -> dict[str, str]:
    """The citation of a report by language ("zh", "en").

    row       of `reports`; document: the archived one that was read, of `documents`; address: our page of it
    What is not known is left out.
    """
    fetched = ((document or {}).get("fetched_at") or "")[:10]
    digest = ((document or {}).get("sha256") or "")[:SHORT_SHA256]
    url = row["source_url"] or ""
    publisher, title = row["publisher"] or "", (row["title"] or "").rstrip("。.")
    published = row["published_on"] or ""
    return {
        "zh": _chinese(publisher, title, published, fetched, url, address, digest),
        "en": _english(publisher, title, row["fiscal_year"], published, fetched, url, address, digest),
    }


def _chinese(
    publisher: str, title: str, published: str, fetched: str, url: str, address: str, digest: str
) -> str:
    dates = (f"({published})" if published else "") + (f"[{fetched}]" if fetched else "")
    found = (
        ". ".join(part for part in (publisher, f"{title or '政府信息公开工作年度报告'}[R/OL]") if part) + "."
    )
    found += f" {dates}." if dates else ""
    found += f" {url}." if url else ""
    found += f" 年报数据库: {address}"
    return found + (f" (存档文件 SHA-256: {digest}…)." if digest else ".")


def _english(
    publisher: str,
    title: str,
    year: int | None,
    published: str,
    fetched: str,
    url: str,
    address: str,
    digest: str,
) -> str:
    issued = f" ({published[:4]})" if published else ""
    found = f"{publisher}{issued}. " if publisher else ""
    about = f"Annual report on government information disclosure{f' for {year}' if year else ''}"
    found += f"{title} [{about}]." if title else f"{about}."
    found += f" Published {_day(published)}." if published else ""
    if url:
        found += f" Retrieved{f' {_day(fetched)}' if fetched else ''} from {url}."
    found += f" Nianbao: {address}"
    return found + (f" (archived copy SHA-256 {digest}…)." if digest else ".")


def _day(text: str) -> str:
    """YYYY-MM-DD as "5 March 2025"; other text as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {found:%B %Y}"
