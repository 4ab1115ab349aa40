"""What happened to a contact, as a list of events and as a picture in lanes that a template draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.contacts.dates import Moment, date_of, has_time, moment
from integrations.klicktipp import Contact

_Text = str | Promise

_DATES: tuple[tuple[str, _Text], ...] = (
    ("date", gettext_lazy("Signed up")),
    ("optin", gettext_lazy("Opt-in confirmed")),
    ("unsubscription", gettext_lazy("Unsubscribed from emails")),
    ("sms_date", gettext_lazy("Signed up for SMS")),
    ("sms_unsubscription", gettext_lazy("Unsubscribed from SMS")),
)

_MAPPINGS: tuple[tuple[str, str, _Text], ...] = (
    ("manual_tags", "tags", gettext_lazy("Tag set")),
    ("smart_tags", "tags", gettext_lazy("SmartTag set")),
    ("emails_sent", "sent", gettext_lazy("Email sent")),
    ("notification_emails_sent", "sent", gettext_lazy("Notification email sent")),
    ("emails_opened", "opened", gettext_lazy("Email opened")),
    ("notification_emails_opened", "opened", gettext_lazy("Notification email opened")),
    ("emails_clicked", "clicked", gettext_lazy("Email clicked")),
    ("notification_emails_clicked", "clicked", gettext_lazy("Notification email clicked")),
    ("campaigns_started", "campaigns", gettext_lazy("Campaign started")),
    ("campaigns_finished", "campaigns", gettext_lazy("Campaign finished")),
)

_LANES: dict[str, _Text] = {
    "status": gettext_lazy("Sign-up and unsubscribing"),
    "tags": gettext_lazy("Tags"),
    "sent": gettext_lazy("Emails sent"),
    "opened": gettext_lazy("Emails opened"),
    "clicked": gettext_lazy("Emails clicked"),
    "campaigns": gettext_lazy("Campaigns"),
}

_LANE_HEIGHT = 40
_LINE_IN_LANE = 27
_AXIS_HEIGHT = 24
_MARKS_PER_LANE = 100
_FEWEST = 5
_SHORTEST = timedelta(days=2)
_MOST_TICKS = 5
_LONGEST_STEP = 1_200
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, _LONGEST_STEP)


@dataclass(frozen=True)
class Event:
    """Something that happened: when, in which lane of the picture, and to what (a tag, an email, a campaign)."""

    at: datetime
    lane: str
    what: _Text
    name: str = ""
    tag_id: int | None = None
    told: Moment | None = None

    @property
    def when(self) -> Moment:
        return self.told or moment(self.at)


def events_of(contact: Contact, tag_names: Mapping[str, str]) -> list[Event]:
    """Everything in the contact that has a date, the latest first; a day without a time counts as its beginning."""
    events = [
        Event(at if has_time(contact, name) else at.replace(tzinfo=get_current_timezone()), "status", what, told=when)
        for name, what in _DATES
        if (at := getattr(contact, name)) and (when := date_of(contact, name))
    ]
    for mapping, lane, what in _MAPPINGS:
        told = ((number, at) for number, at in getattr(contact, mapping).items() if at)
        for number, at in told:
            tag_id = number if lane == "tags" else None
            events.append(Event(at, lane, what, _name(lane, number, tag_names), tag_id))
    return sorted(events, key=lambda event: event.at)[::-1]


def tag_name(tag_id: int, names: Mapping[str, str]) -> str:
    return names.get(str(tag_id)) or _("Tag %(id)s") % {"id": tag_id}


def _name(lane: str, number: int, tag_names: Mapping[str, str]) -> str:
    if lane == "tags":
        return tag_name(number, tag_names)
    return (_("Campaign %(id)s") if lane == "campaigns" else _("Email %(id)s")) % {"id": number}


@dataclass(frozen=True)
class Mark:
    """One or several events at nearly the same time. `x` is a share of the width: "43.0%"."""

    x: str
    radius: str
    words: str


@dataclass(frozen=True)
class Lane:
    """`text_y` and `line_y` in pixels from the top."""

    label: _Text
    marks: list[Mark]
    text_y: int
    line_y: int


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


@dataclass(frozen=True)
class Picture:
    """What the template draws. Heights are in pixels, the width is that of the page."""

    lanes: list[Lane]
    ticks: list[Tick]

    @property
    def axis_y(self) -> int:
        return len(self.lanes) * _LANE_HEIGHT

    @property
    def height(self) -> int:
        return self.axis_y + _AXIS_HEIGHT

    @property
    def tick_text_y(self) -> int:
        return self.height - 6


def counts_of(events: Iterable[Event]) -> list[tuple[_Text, int]]:
    """How many events there are in each lane of the picture that has any."""
    counted = Counter(event.lane for event in events)
    return [(label, counted[lane]) for lane, label in _LANES.items() if counted[lane]]


def picture_of(events: Sequence[Event]) -> Picture | None:
    """The picture of events, the latest first; None where they are so few, or so close together, that a list says more.
    Its size does not grow with their number."""
    if len(events) < _FEWEST or events[0].at - events[-1].at < _SHORTEST:
        return None
    last, first = events[0].at, events[-1].at

    def share(at: datetime) -> float:
        return (at - first) / (last - first)

    buckets: dict[str, dict[int, list[Event]]] = {lane: {} for lane in _LANES}
    for event in events:
        buckets[event.lane].setdefault(round(share(event.at) * _MARKS_PER_LANE), []).append(event)
    filled = [(lane, places) for lane, places in buckets.items() if places]
    lanes = [
        Lane(
            _LANES[lane],
            [Mark(_x(place / _MARKS_PER_LANE), _radius(len(there)), _told(there)) for place, there in places.items()],
            text_y=number * _LANE_HEIGHT + 14,
            line_y=number * _LANE_HEIGHT + _LINE_IN_LANE,
        )
        for number, (lane, places) in enumerate(filled)
    ]
    return Picture(lanes, [Tick(_x(share(at)), label) for at, label in _ticks(first, last)])


def _x(share: float) -> str:
    """A little inside the edges, so that marks are not cut."""
    return f"{1 + share * 98:.1f}%"


def _radius(number: int) -> str:
    """In pixels; as text, because templates write numbers in the reader's format."""
    return "4" if number == 1 else "5.5" if number < 10 else "7"


def _told(events: list[Event]) -> str:
    """A mark in words, the latest first: what happened how often, and when."""
    counted = Counter(str(event.what) for event in events)
    what = ", ".join(text if number == 1 else f"{number} × {text}" for text, number in counted.items())
    if len(events) == 1:
        return f"{events[0].when.words}: {what}{f' ({events[0].name})' if events[0].name else ''}"
    first, last = events[-1].when.words, events[0].when.words
    return f"{last}: {what}" if first == last else f"{first} – {last}: {what}"


def _ticks(first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """Beginnings of months or years between the first and last event, as many as a narrow page has room for; without
    any, the day in the middle."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in _STEPS if months <= step * _MOST_TICKS), _LONGEST_STEP)
    ticks = []
    for month in range(first.year * 12 + first.month, last.year * 12 + last.month):
        year, index = divmod(month, 12)
        if month % step == 0:
            at = datetime(year, index + 1, 1, tzinfo=UTC)
            if 0.05 < (at - first) / (last - first) < 0.95:
                ticks.append((at, str(year) if step >= 12 else date_format(at, "M Y")))
    middle = first + (last - first) / 2
    return ticks or [(middle, date_format(middle, "SHORT_DATE_FORMAT"))]
