"""Corrections of what no rule should guess: who published a report, where and when. Never of a figure.

They stand in a file that people curate (corrections.toml, which explains its own lines) and are applied when
reports are loaded: what was read is kept beside what is shown, with the reason and the evidence. One that
holds nowhere any more is told. Reading itself knows nothing of them.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from load.places import place
from load.report import Report
from load.rows import Row, report_id

FIELDS = ("publisher", "fiscal_year", "region_code", "level", "kind", "title", "published_on")
_KEYS = {"document", "url", "report", "field", "old", "new", "reason", "evidence"}
_LEVELS = ("national", "province", "prefecture", "county", "township", "development_zone")
_KINDS = ("government", "department", "subdistrict", "development_zone", "institution", "central_branch")
_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
_CLUE = "correction"

Value = str | int | None


class CorrectionError(Exception):
    """The file of corrections cannot be used; the message says which line, and what to write."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: in the document of that SHA-256 or address, `field` is not `old` but `new`."""

    document: str | None
    url: str | None
    report: int | None
    field: str
    old: Value
    new: Value
    reason: str
    evidence: str

    def __str__(self) -> str:
        return f"the correction of {self.field} in {self.url or f'document {self.document}'}"

    def row(self) -> Row:
        """What the table `corrections` tells of it, but for the report."""
        return {
            "field": self.field,
            "original": None if self.old is None else str(self.old),
            "corrected": None if self.new is None else str(self.new),
            "reason": self.reason,
            "evidence": self.evidence,
        }


# --- the file ----------------------------------------------------------------------------------------


def read_corrections(path: Path | None = None) -> list[Correction]:
    """The corrections in `path`; None: the project's own. Raises CorrectionError."""
    name = str(path or "load/corrections.toml")
    try:
        text = path.read_bytes() if path else files("load").joinpath("corrections.toml").read_bytes()
        entries = tomllib.loads(text.decode("utf-8")).get("corrections", [])
    except OSError as error:
        raise CorrectionError(f"{name}: {error.strerror or error}") from error
    except ValueError as error:  # neither UTF-8 nor TOML
        raise CorrectionError(f"{name}: it is not TOML: {error}") from error
    if not isinstance(entries, list):
        raise CorrectionError(f"{name}: corrections is not a list: write corrections = [ {{ … }}, … ]")
    found: list[Correction] = []
    for number, entry in enumerate(entries, 1):
        try:
            found.append(_correction(entry))
        except ValueError as error:
            raise CorrectionError(f"{name}: correction {number}: {error}") from error
        one = found[-1]
        if any(
            (one.field, one.report, one.document, one.url) == (o.field, o.report, o.document, o.url)
            for o in found[:-1]
        ):
            raise CorrectionError(f"{name}: correction {number}: {one} stands there twice: keep one")
    return found


def _correction(entry: Any) -> Correction:
    """One entry of the file. Raises ValueError, saying what is wrong with it."""
    if not isinstance(entry, dict):
        raise ValueError("it is not of the form { url = …, field = …, … }")
    if unknown := sorted(set(entry) - _KEYS):
        raise ValueError(f"{unknown[0]} is none of {', '.join(sorted(_KEYS))}")
    for key in ("field", "old", "new", "reason", "evidence"):
        if key not in entry:
            raise ValueError(f"it lacks {key}")
    name = entry["field"]
    if name not in FIELDS:
        raise ValueError(
            f"field is {name!r}; what can be corrected is {', '.join(FIELDS)}, and never a figure"
        )
    document, url, report = entry.get("document"), entry.get("url"), entry.get("report")
    if (document is None) == (url is None):
        raise ValueError("it needs document (a SHA-256) or url (an address), and not both")
    if document is not None and not (isinstance(document, str) and re.fullmatch("[0-9a-f]{64}", document)):
        raise ValueError("document is not a SHA-256 of 64 hexadecimal digits")
    for key, address in (("url", url), ("evidence", entry["evidence"])):
        if address is not None and not (isinstance(address, str) and _ADDRESS.fullmatch(address)):
            raise ValueError(f"{key} is not an address that begins with http:// or https://")
    if report is not None and not isinstance(report, int):
        raise ValueError("report is not an id: a whole number")
    if not (isinstance(entry["reason"], str) and entry["reason"].strip()):
        raise ValueError("reason is empty: say why, in a sentence")
    old = None if entry["old"] == "" else entry["old"]
    new = None if entry["new"] == "" else _checked(name, entry["new"])
    if old == new:
        raise ValueError("old and new are the same")
    return Correction(document, url, report, name, old, new, entry["reason"].strip(), entry["evidence"])


def _checked(name: str, value: Any) -> Value:
    """`value`, where it is one that `name` can have. Raises ValueError."""
    if name == "fiscal_year":
        if isinstance(value, int) and 2000 <= value <= 2100:
            return value
        raise ValueError(f"new is {value!r}, and not a year, like 2021")
    if not isinstance(value, str) or value != " ".join(value.split()):
        raise ValueError(f"new is {value!r}, and not a text without white space around it")
    if name == "region_code" and place(value) is None:
        raise ValueError(f"new is {value!r}, and not a code of the table of places (load/places)")
    for choices, of in ((_LEVELS, "level"), (_KINDS, "kind")):
        if name == of and value not in choices:
            raise ValueError(f"new is {value!r}, and none of {', '.join(choices)}")
    if name == "published_on":
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"new is {value!r}, and not a date, like 2024-01-31") from error
    return value


# --- one load ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Ledger:
    """The corrections of one load, and what became of each of them.

    A correction is due in the documents that it names. It must hold in at least one of those that the load
    sees: a document at an address may have several versions.
    """

    corrections: Sequence[Correction] = ()
    held: set[Correction] = field(default_factory=set)
    _failed: dict[Correction, str] = field(default_factory=dict)
    _by_document: dict[str, list[Correction]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for correction in self.corrections:
            name = correction.document or correction.url or ""
            self._by_document.setdefault(name, []).append(correction)

    def due(self, document: Mapping[str, Any]) -> list[Correction]:
        """The corrections that name a document, by its row of `documents`."""
        if not self._by_document:
            return []
        names = [document["sha256"], document.get("url"), *(document.get("also_at") or "").split("\n")]
        return [one for name in dict.fromkeys(names) if name for one in self._by_document.get(name, ())]

    def mark(self, document: Mapping[str, Any]) -> str | None:
        """A fingerprint of the corrections due in a document, None without any: where it has changed, the
        document must be read again."""
        due = self.due(document)
        if not due:
            return None
        told = sorted(json.dumps([one.report, one.row()], ensure_ascii=False, sort_keys=True) for one in due)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def hold(self, document: Mapping[str, Any]) -> None:
        """Note that a document is in the database already, with all corrections that are due in it."""
        self.held.update(self.due(document))

    def apply(self, reports: Sequence[Report], document: Row) -> list[tuple[Report, list[Row]]]:
        """The reports of a document with the corrections due, each with its rows of `corrections`.

        `document` gets its mark where all of them hold: if one does not, it is read anew by the next load.
        """
        due = self.due(document)
        held: set[Correction] = set()
        corrected = [_corrected(report, document["id"], due, held) for report in reports]
        self.held |= held
        for one in due:
            if one not in held:
                self._failed.setdefault(one, _reason(one, reports, document["id"]))
        document["corrections_sha256"] = self.mark(document) if held.issuperset(due) else None
        return corrected

    @property
    def failed(self) -> list[str]:
        """A sentence for each correction that holds in none of the documents that it names."""
        return [f"{one}: {reason}" for one, reason in self._failed.items() if one not in self.held]

    @property
    def elsewhere(self) -> int:
        """How many corrections are for documents that this load has not seen."""
        return len(self.corrections) - len(self.held | self._failed.keys())


def _corrected(
    report: Report, document: str, due: Iterable[Correction], held: set[Correction]
) -> tuple[Report, list[Row]]:
    """A report with the corrections that hold for it, and their rows; they are added to `held`."""
    rows: list[Row] = []
    changes: dict[str, Any] = {}
    for one in due:
        if _names(one, report, document) and getattr(report.identity, one.field) == one.old:
            held.add(one)
            changes[one.field] = one.new
            rows.append(one.row())
    if not changes:
        return report, rows
    if "region_code" in changes:
        code, year = changes["region_code"], changes.get("fiscal_year", report.identity.fiscal_year)
        found = (place(code, year) or place(code)) if code else None
        changes |= {name: getattr(found, name, None) for name in ("province", "prefecture", "county")}
    evidence = {**report.identity.evidence, **{one["field"]: _CLUE for one in rows}}
    return replace(report, identity=replace(report.identity, **changes, evidence=evidence)), rows


def _names(one: Correction, report: Report, document: str) -> bool:
    return one.report is None or one.report == report_id(report, document)


def _reason(one: Correction, reports: Sequence[Report], document: str) -> str:
    """Why a correction does not hold in a document of these reports."""
    if not reports:
        return "no report is read from it any longer; remove the correction"
    named = [report for report in reports if _names(one, report, document)]
    if not named:
        ids = ", ".join(str(report_id(report, document)) for report in reports)
        return (
            f"there is no report {one.report} in it: it has {ids}; set report anew, or remove the correction"
        )
    read = [getattr(report.identity, one.field) for report in named]
    if one.new in read:
        return f"{one.new!r} is what is read now; remove the correction"
    told = " and ".join("nothing" if value is None else repr(value) for value in read)
    old = "nothing" if one.old is None else repr(one.old)
    return f"it expects {old}, and {told} is read; look at the document again, and set old anew or remove the correction"
