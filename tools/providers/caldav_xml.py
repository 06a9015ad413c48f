"""The XML of CalDAV: the few requests we make, and multistatus answers read without entities or DTDs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from domain.errors import Refused, Retryable

DAV, CAL = "DAV:", "urn:ietf:params:xml:ns:caldav"
MAX_RESPONSES = 5_000
_HEAD = b'<?xml version="1.0" encoding="utf-8"?>'

WHERE_AM_I = _HEAD + (
    b'<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:resourcetype/>'
    b"<d:displayname/><d:current-user-principal/><c:calendar-home-set/><c:supported-calendar-component-set/>"
    b"</d:prop></d:propfind>"
)


@dataclass(frozen=True)
class Found:
    """One resource of a multistatus answer; what the server did not tell is empty."""

    href: str
    name: str = ""
    is_calendar: bool = False
    components: frozenset[str] = frozenset()
    principal: str = ""
    home: str = ""
    etag: str = ""
    text: str = ""
    modified: datetime | None = None


def query(start: datetime, end: datetime) -> bytes:
    """REPORT calendar-query: events that touch a span."""
    return _HEAD + (
        '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
        "<d:prop><d:getetag/><d:getlastmodified/><c:calendar-data/></d:prop>"
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f"{_span(start, end)}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    ).encode("ascii")


def free_busy_query(start: datetime, end: datetime) -> bytes:
    """REPORT free-busy-query."""
    return _HEAD + (
        f'<c:free-busy-query xmlns:c="urn:ietf:params:xml:ns:caldav">{_span(start, end)}</c:free-busy-query>'
    ).encode("ascii")


def modified_query() -> bytes:
    """PROPFIND: when a resource was last written, and its ETag."""
    return _HEAD + (
        b'<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/><d:getlastmodified/></d:prop></d:propfind>'
    )


def read_multistatus(body: bytes) -> tuple[Found, ...]:
    """The resources of an answer.

    Raises:
        Refused: calendar_unsafe (a DTD or entities), calendar_too_large.
        Retryable: calendar_garbled.
    """
    root = _root(body)
    responses = root.findall(f"{{{DAV}}}response")
    if len(responses) > MAX_RESPONSES:
        raise Refused("The calendar has too many entries in this span.", code="calendar_too_large")
    return tuple(_found(one) for one in responses)


def _root(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body[:4096]:
        raise _unsafe()
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Retryable("The calendar server's answer cannot be read.", code="calendar_garbled") from error
    # other encodings hide the words searched for above
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unsafe()
    return root


def _unsafe() -> Refused:
    return Refused("The calendar server's answer defines entities and was not read.", code="calendar_unsafe")


def _found(response: etree._Element) -> Found:
    props = {}
    for prop in _good_props(response):
        props[prop.tag] = prop
    kinds = props.get(f"{{{DAV}}}resourcetype")
    components = props.get(f"{{{CAL}}}supported-calendar-component-set")
    return Found(
        href=(response.findtext(f"{{{DAV}}}href") or "").strip(),
        name=_text(props, f"{{{DAV}}}displayname"),
        is_calendar=kinds is not None and kinds.find(f"{{{CAL}}}calendar") is not None,
        components=frozenset((one.get("name") or "").upper() for one in components)
        if components is not None
        else frozenset(),
        principal=_href(props, f"{{{DAV}}}current-user-principal"),
        home=_href(props, f"{{{CAL}}}calendar-home-set"),
        etag=_text(props, f"{{{DAV}}}getetag"),
        text=_text(props, f"{{{CAL}}}calendar-data"),
        modified=_moment(_text(props, f"{{{DAV}}}getlastmodified")),
    )


def _good_props(response: etree._Element) -> Iterator[etree._Element]:
    """Properties the server answered with 200."""
    for stat in response.findall(f"{{{DAV}}}propstat"):
        status = (stat.findtext(f"{{{DAV}}}status") or "").split()
        prop = stat.find(f"{{{DAV}}}prop")
        if prop is not None and status[1:2] == ["200"]:
            yield from prop


def _text(props: dict[str, etree._Element], name: str) -> str:
    found = props.get(name)
    return "" if found is None else (found.text or "").strip()


def _href(props: dict[str, etree._Element], name: str) -> str:
    found = props.get(name)
    return "" if found is None else (found.findtext(f"{{{DAV}}}href") or "").strip()


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _span(start: datetime, end: datetime) -> str:
    return f'<c:time-range start="{_stamp(start)}" end="{_stamp(end)}"/>'


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
