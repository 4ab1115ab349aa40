"""What KlickTipp's OpenAPI document says of each operation: facts of our own, written down from it.

The document itself is no part of the repository. `tests/compare_openapi.py` compares these facts with it:

    KLICKTIPP_OPENAPI=path/to/openapi.json T=tests/compare_openapi.py make test

A shape is a JSON Schema. The service is PHP and writes an empty object as `[]`, so every object may be an empty list.
What the document does not say at all (`GET /account`, the listbuilding calls, the body of the answer to a logout)
only `tests/facts.py` has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft4Validator

Operation = tuple[str, str]
"""Method and path; in the path, parameters are named in braces."""

Shape = Mapping[str, Any]

TEXT: Final[Shape] = {"type": "string"}
NUMBER: Final[Shape] = {"type": "integer"}
YES_OR_NO: Final[Shape] = {"type": "boolean"}


def optional(shape: Shape) -> Shape:
    """The shape, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def many(shape: Shape) -> Shape:
    """A list of any length."""
    return {"type": "array", "items": shape}


def mapping(**rules: Any) -> Shape:
    """An object with these rules of JSON Schema, or an empty list."""
    return {"anyOf": [{"type": "object", **rules}, {"type": "array", "maxItems": 0}]}


def members(required: Mapping[str, Shape], **others: Shape) -> Shape:
    """An object with these members, of which the first ones must be there; more are allowed."""
    return mapping(properties={**required, **others}, **({"required": sorted(required)} if required else {}))


BODIES: Final = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
"""The kinds of body that every operation takes which takes one."""

DONE: Final = many(YES_OR_NO)
IDS: Final = many(NUMBER)
BY_ID: Final = mapping(additionalProperties=TEXT)

MESSAGES: Final = many(TEXT)
REFUSALS: Final[Mapping[int, Shape]] = {
    400: MESSAGES,
    401: MESSAGES,
    403: MESSAGES,
    404: MESSAGES,
    406: {"anyOf": [mapping(), MESSAGES]},
}
"""Each has the same shape wherever it occurs."""

ADDRESS: Final = {"email": TEXT}
FIELDS: Final = optional(BY_ID)
CONTACT: Final = members(
    dict.fromkeys(
        (
            *("id", "listid", "email", "status", "bounce", "date", "ip", "referrer"),
            *("optin", "optin_ip", "unsubscription", "unsubscription_ip"),
            *("sms_phone", "sms_status", "sms_bounce", "sms_date", "sms_unsubscription"),
            *("fieldFirstName", "fieldLastName", "fieldCompanyName", "fieldWebsite", "fieldBirthday", "fieldLeadValue"),
            *("fieldStreet1", "fieldStreet2", "fieldCity", "fieldState", "fieldZip", "fieldCountry"),
            *("fieldPhone", "fieldPrivatePhone", "fieldMobilePhone", "fieldFax"),
        ),
        TEXT,
    )
    | {"tags": many(TEXT)}
    | dict.fromkeys(
        (
            *("smart_tags", "manual_tags", "campaigns_started", "campaigns_finished"),
            *("emails_sent", "emails_opened", "emails_clicked"),
            *("notification_emails_sent", "notification_emails_opened", "notification_emails_clicked"),
        ),
        mapping(),
    ),
    sms_referrer=optional(TEXT),
)


@dataclass(frozen=True)
class Documented:
    """What one operation takes and gives: its body, its query's names (none of which must be there), the answer where
    it succeeds and the statuses of its refusals. `None` stands for no body, or for an answer of no said shape."""

    gives: Shape | None
    takes: Shape | None = None
    query: frozenset[str] = frozenset()
    refuses: tuple[int, ...] = ()

    def answer(self, status: int) -> Shape | None:
        return self.gives if status == 200 else REFUSALS[status]


DOCUMENTED: Final[Mapping[Operation, Documented]] = {
    ("POST", "/account/login"): Documented(
        takes=members({"username": TEXT, "password": TEXT}),
        gives=members({}, sessid=TEXT, session_name=TEXT, account=mapping()),
        refuses=(400, 401, 406),
    ),
    ("POST", "/account/logout"): Documented(gives=None),
    ("GET", "/field"): Documented(gives=BY_ID, refuses=(403,)),
    ("GET", "/field/{fieldid}"): Documented(gives=members({}, id=TEXT, name=TEXT), refuses=(403, 404)),
    ("GET", "/list"): Documented(gives=BY_ID, refuses=(403,)),
    ("GET", "/list/{listid}"): Documented(
        gives=members(
            {},
            listid=NUMBER,
            name=TEXT,
            usesingleoptin=YES_OR_NO,
            pendingurl=TEXT,
            thankyouurl=TEXT,
            resendconfirmationemail=YES_OR_NO,
            usechangeemail=YES_OR_NO,
        ),
        refuses=(403, 404),
    ),
    ("POST", "/list/redirect"): Documented(
        takes=members({"listid": TEXT} | ADDRESS),
        gives=many(TEXT),
        refuses=(403, 404),
    ),
    ("GET", "/subscriber"): Documented(
        query=frozenset({"status", "bounceStatus"}),
        gives=members({}, subscribers=many(TEXT)),
        refuses=(403, 404),
    ),
    ("POST", "/subscriber"): Documented(
        takes=members(
            {},
            email=optional(TEXT),
            smsnumber=optional(TEXT),
            listid=optional(NUMBER),
            tagid=optional(NUMBER),
            fields=FIELDS,
        ),
        gives=CONTACT,
        refuses=(403, 406),
    ),
    ("GET", "/subscriber/{subscriberid}"): Documented(gives=CONTACT, refuses=(403, 404)),
    ("PUT", "/subscriber/{subscriberid}"): Documented(
        takes=members({}, newemail=optional(TEXT), newsmsnumber=optional(TEXT), fields=FIELDS),
        gives=DONE,
        refuses=(403, 406),
    ),
    ("DELETE", "/subscriber/{subscriberid}"): Documented(gives=DONE, refuses=(403, 406)),
    ("POST", "/subscriber/unsubscribe"): Documented(takes=members(ADDRESS), gives=DONE, refuses=(403, 406)),
    ("POST", "/subscriber/tag"): Documented(
        takes=members(ADDRESS | {"tagids": IDS}),
        gives=DONE,
        refuses=(403, 406),
    ),
    ("POST", "/subscriber/untag"): Documented(
        takes=members(ADDRESS | {"tagid": NUMBER}),
        gives=DONE,
        refuses=(403, 406),
    ),
    ("POST", "/subscriber/search"): Documented(takes=members(ADDRESS), gives=IDS, refuses=(403, 404)),
    ("POST", "/subscriber/tagged"): Documented(
        takes=members({"tagid": NUMBER, "status": many(TEXT), "bounceStatus": many(TEXT)}),
        gives=BY_ID,
        refuses=(403,),
    ),
    ("GET", "/tag"): Documented(gives=BY_ID, refuses=(403,)),
    ("POST", "/tag"): Documented(takes=members({"name": TEXT}, text=optional(TEXT)), gives=IDS, refuses=(403, 406)),
    ("GET", "/tag/{tagid}"): Documented(gives=members({}, tagid=TEXT, name=TEXT, text=TEXT), refuses=(403, 404)),
    ("PUT", "/tag/{tagid}"): Documented(
        takes=members({}, name=optional(TEXT), text=optional(TEXT)),
        gives=DONE,
        refuses=(403, 404, 406),
    ),
    ("DELETE", "/tag/{tagid}"): Documented(gives=DONE, refuses=(403, 404, 406)),
}


def objections(value: Any, shape: Shape) -> list[str]:
    """What a shape has against a value."""
    return [f"{error.json_path}: {error.message}" for error in Draft4Validator(shape).iter_errors(value)]
