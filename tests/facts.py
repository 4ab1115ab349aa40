"""What the KlickTipp API looks like on the wire: a fact for each operation.

The table is typed by hand from the reference (the wire contract and KlickTipp's OpenAPI document), and from
nothing else. The library (`integrations.klicktipp`) and the sandbox (`integrations.sandbox`) are each tested
against it: a mistake would have to be made three times in the same way to pass.

Samples are in the form of the OpenAPI document, which is the form to send. `Form` lists what else has been
seen for the same answer and has to be read as equal.

What the library gives is told in plain terms, without its classes: an object as a mapping, tag and opt-in
process ids as numbers, contact ids as text, times as datetimes that know their zone, "" for a text and `None`
for anything else that is not there, also where it has nothing to tell but that all went well.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

AS_SAMPLE: Final = object()
"""Given as `Form.gives`: the library gives the same as for the sample answer."""

NO_BODY: Final = object()
"""Given as `Form.answer`: the answer has no body at all."""


@dataclass(frozen=True)
class Form:
    """Another form of an answer: what is special about it, body and status, what the library gives."""

    what: str
    answer: Any
    status: int = 200
    gives: Any = AS_SAMPLE


@dataclass(frozen=True)
class Ask:
    """Another form of a request, in which clients of others send it: what is special about it, and what of query, body
    and headers it has instead."""

    what: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """One operation of the API and a sample of it.

    `template` names its ids as the OpenAPI document does, `ids` holds those of the sample. `query` and `body`
    are decoded: a form-encoded body says the same with text for numbers. `arguments` are for the library's
    method `operation`, `gives` is what it answers. `auth` says what signs the request: a customer `key` (or a
    session), the `listbuilding` key inside the body, or `none`. A `safe` operation changes nothing, a
    `repeatable` one reaches the same state when sent twice (so every safe one is repeatable, too). `in_openapi` says
    whether KlickTipp's OpenAPI document has it.
    """

    operation: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    template: str
    answer: Any
    gives: Any
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    auth: Literal["key", "none", "listbuilding"] = "key"
    safe: bool = False
    repeatable: bool = False
    in_openapi: bool = True
    forms: tuple[Form, ...] = ()
    asks: tuple[Ask, ...] = ()

    @property
    def path(self) -> str:
        """The path of the sample, without its query."""
        return self.template.format(**self.ids)


def unix(seconds: int) -> datetime:
    """Unix time, which most times on the wire are, as the library gives it."""
    return datetime.fromtimestamp(seconds, UTC)


def without(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """A copy of the mapping in which these keys are missing."""
    return {key: value for key, value in mapping.items() if key not in keys}


def pairs(mapping: Mapping[str, str], kind: type[int] | type[str] = str) -> list[dict[str, Any]]:
    """A list of ids and names as KlickTipp's guide shows it."""
    return [{"value": kind(value), "label": label} for value, label in mapping.items()]


# --- Who signs in ---

USERNAME: Final = "operator"
DEVELOPER_KEY: Final = "0123456789abcdef"
CUSTOMER_KEY: Final = "customer-key"
CHECK_VALUE: Final = "cZkWFoPs3rLacJ4OpaooJMMOcb/fLxbZpeeOzJFCGh1jdXN0b21lci1rZXk="
"""What the reference says `X-Ci` is for the two keys above."""


def key_headers(username: str, developer_key: str, customer_key: str) -> dict[str, str]:
    """The two headers that sign a request with a customer key."""
    digest = hmac.digest(bytes.fromhex(developer_key), customer_key.encode(), hashlib.sha256)
    return {"X-Un": username, "X-Ci": base64.b64encode(digest + customer_key.encode()).decode()}


# --- Answers that several operations share ---

DONE: Final = (
    Form("as an object", {"success": True}),
    Form("no content", NO_BODY, status=204),
    Form("no body", NO_BODY),
    Form("a number", [1]),
    Form("a number as text", ["1"]),
    Form("a word", ["true"]),
    Form("as an object, a number", {"success": 1}),
)

NO_REDIRECT: Final = (
    Form("no URL: empty", [""], gives=""),
    Form("no URL: null", [None], gives=""),
    Form("no URL: an empty list", [], gives=""),
    Form("without the list", "https://mypendingurl.com"),
)

NOTHING_LISTED: Final = (
    Form("an empty mapping", {}, gives=[]),
    Form("an empty mapping, said by PHP", [], gives=[]),
    Form("no content", NO_BODY, status=204, gives=[]),
)

FIELDS_SENT: Final = {
    "fieldFirstName": "Alex",
    "fieldStreet2": "",
    "fieldBirthday": "755222400",
    "field12345": "Custom Field Value",
}

ACCOUNT: Final = {
    "uid": 1,
    "status": 1,
    "tier": 20,
    "usergroup": "42",
    "username": "alexexample",
    "email": "alex.example@klicktipp.example",
    "firstname": "Alex",
    "lastname": "Example",
    "company": "Example Corp",
    "country": "DE",
    "street": "Example Street 1",
    "city": "Berlin",
    "state": "Berlin",
    "zip": "10115",
    "website": "https://www.klicktipp.example",
    "affid": "0",
    "phone": "00491234567890",
    "fax": "00491234567890",
}

ACCOUNT_GIVES: Final = {
    "id": "1",
    "status": 1,
    "tier": 20,
    "usergroup": "42",
    "username": "alexexample",
    "email": "alex.example@klicktipp.example",
    "first_name": "Alex",
    "last_name": "Example",
    "company": "Example Corp",
    "country": "DE",
    "street": "Example Street 1",
    "city": "Berlin",
    "state": "Berlin",
    "zip": "10115",
    "website": "https://www.klicktipp.example",
    "affiliate_id": "0",
    "phone": "00491234567890",
    "fax": "00491234567890",
}

CONTACT: Final = {
    "id": "1",
    "listid": "12345",
    "optin": "25.09.2025",
    "optin_ip": "0.0.0.0",
    "email": "t1@example.com",
    "status": "Subscribed",
    "bounce": "Not Bounced",
    "date": "25.09.2025",
    "ip": "0.0.0.0",
    "unsubscription": "",
    "unsubscription_ip": "0.0.0.0",
    "referrer": "",
    "sms_phone": "004968211034234",
    "sms_status": "Subscribed",
    "sms_bounce": "Not Bounced",
    "sms_date": "15.12.2025",
    "sms_unsubscription": "",
    "sms_referrer": None,
    "fieldFirstName": "Alex",
    "fieldLastName": "Example",
    "fieldCompanyName": "Example Corp",
    "fieldStreet1": "Example Street 1",
    "fieldStreet2": "",
    "fieldCity": "Berlin",
    "fieldState": "Berlin",
    "fieldZip": "10115",
    "fieldCountry": "DE",
    "fieldPrivatePhone": "00491701234567",
    "fieldMobilePhone": "00491701234567",
    "fieldPhone": "004968211034234",
    "fieldFax": "004922012345678",
    "fieldWebsite": "https://www.klicktipp.example",
    "fieldBirthday": "755222400",
    "fieldLeadValue": "100",
    "field12345": "Custom Field Value",
    "tags": ["17", "18"],
    "smart_tags": {"17": "1758821945", "18": "1758822131"},
    "notification_emails_sent": {"45": "1758821945"},
    "notification_emails_opened": {"45": "1758822131"},
    "notification_emails_clicked": {"45": "1758822131"},
    "manual_tags": {"21": "1759753677"},
    "emails_sent": {"1": "1758822606", "2": "1758822769"},
    "emails_opened": {"1": "1758822610", "2": "1758884682"},
    "emails_clicked": {"1": "1758822733"},
    "campaigns_started": {"6": "1759753673"},
    "campaigns_finished": {"6": "1759753677"},
}

CONTACT_GIVES: Final = {
    "id": "1",
    "optin_process_id": 12345,
    "optin": datetime(2025, 9, 25, tzinfo=UTC),
    "optin_ip": "0.0.0.0",
    "email": "t1@example.com",
    "status": "Subscribed",
    "bounce": "Not Bounced",
    "date": datetime(2025, 9, 25, tzinfo=UTC),
    "ip": "0.0.0.0",
    "unsubscription": None,
    "unsubscription_ip": "0.0.0.0",
    "referrer": "",
    "sms_number": "004968211034234",
    "sms_status": "Subscribed",
    "sms_bounce": "Not Bounced",
    "sms_date": datetime(2025, 12, 15, tzinfo=UTC),
    "sms_unsubscription": None,
    "sms_referrer": "",
    "fields": {  # those that are filled in, each as it stands on the wire: the API does not tell their types
        "fieldFirstName": "Alex",
        "fieldLastName": "Example",
        "fieldCompanyName": "Example Corp",
        "fieldStreet1": "Example Street 1",
        "fieldCity": "Berlin",
        "fieldState": "Berlin",
        "fieldZip": "10115",
        "fieldCountry": "DE",
        "fieldPrivatePhone": "00491701234567",
        "fieldMobilePhone": "00491701234567",
        "fieldPhone": "004968211034234",
        "fieldFax": "004922012345678",
        "fieldWebsite": "https://www.klicktipp.example",
        "fieldBirthday": "755222400",
        "fieldLeadValue": "100",
        "field12345": "Custom Field Value",
    },
    "tag_ids": [17, 18],
    "smart_tags": {17: unix(1758821945), 18: unix(1758822131)},
    "notification_emails_sent": {45: unix(1758821945)},
    "notification_emails_opened": {45: unix(1758822131)},
    "notification_emails_clicked": {45: unix(1758822131)},
    "manual_tags": {21: unix(1759753677)},
    "emails_sent": {1: unix(1758822606), 2: unix(1758822769)},
    "emails_opened": {1: unix(1758822610), 2: unix(1758884682)},
    "emails_clicked": {1: unix(1758822733)},
    "campaigns_started": {6: unix(1759753673)},
    "campaigns_finished": {6: unix(1759753677)},
}

ABSENT_IN_CONTACT: Final = (
    "unsubscription",
    "referrer",
    "sms_unsubscription",
    "sms_referrer",
    "fieldStreet2",
)

MAPPINGS_OF_CONTACT: Final = (
    "smart_tags",
    "notification_emails_sent",
    "notification_emails_opened",
    "notification_emails_clicked",
    "manual_tags",
    "emails_sent",
    "emails_opened",
    "emails_clicked",
    "campaigns_started",
    "campaigns_finished",
)

CONTACT_FORMS: Final = (
    Form("ids as numbers", {**CONTACT, "id": 1, "listid": 12345, "tags": [17, 18]}),
    Form("absent values empty", {**CONTACT, **dict.fromkeys(ABSENT_IN_CONTACT, "")}),
    Form("absent values null", {**CONTACT, **dict.fromkeys(ABSENT_IN_CONTACT, None)}),
    Form("absent values missing", without(CONTACT, *ABSENT_IN_CONTACT)),
    Form("absent dates as zeros", {**CONTACT, "unsubscription": "0", "sms_unsubscription": "0000-00-00 00:00:00"}),
    Form("absent dates as zeros in other forms", {**CONTACT, "unsubscription": 0, "sms_unsubscription": "00.00.0000"}),
    Form(
        "dates as unix time",
        {**CONTACT, "optin": "1758758400", "date": 1758758400, "sms_date": "1765756800"},
    ),
    Form("keys nobody knows", {**CONTACT, "scoring": {"points": 7}, "segments": [], "x": None}),
    Form("tags with holes, said by PHP", {**CONTACT, "tags": {"0": "17", "2": "18"}}),
    Form("one of the tags is no id", {**CONTACT, "tags": ["17", None, "VIP", "18"]}),
    Form(
        "times null, empty and a list",
        {**CONTACT, "smart_tags": {"17": None, "18": ""}, "emails_opened": {"1": ["1758822610"], "2": []}},
        gives={
            **CONTACT_GIVES,
            "smart_tags": {17: None, 18: None},
            "emails_opened": {1: unix(1758822610), 2: None},
        },
    ),
    Form(
        "ids of tags without times",
        {**CONTACT, "manual_tags": ["21"]},
        gives={**CONTACT_GIVES, "manual_tags": {21: None}},
    ),
    Form(
        "field values as list, object, boolean and number",
        {
            **CONTACT,
            "fieldCity": ["Berlin", "Zwiesel"],
            "fieldState": {"de": "Berlin"},
            "fieldZip": 10115,
            "fieldStreet1": True,
            "fieldCompanyName": False,
        },
        gives={
            **CONTACT_GIVES,
            "fields": {
                **without(CONTACT_GIVES["fields"], "fieldCompanyName"),
                "fieldCity": '["Berlin", "Zwiesel"]',
                "fieldState": '{"de": "Berlin"}',
                "fieldStreet1": "true",
            },
        },
    ),
    Form(
        "texts in unknown shapes are left out",
        {**CONTACT, "status": ["Subscribed"], "referrer": {}, "listid": "?", "optin_ip": [1]},
        gives={**CONTACT_GIVES, "status": "", "optin_process_id": None, "optin_ip": ""},
    ),
    Form(
        "empty mappings, said by PHP",
        {**CONTACT, **{name: [] for name in MAPPINGS_OF_CONTACT}, "tags": []},
        gives={**CONTACT_GIVES, **{name: {} for name in MAPPINGS_OF_CONTACT}, "tag_ids": []},
    ),
    Form(
        "mappings missing",
        without(CONTACT, *MAPPINGS_OF_CONTACT, "tags"),
        gives={**CONTACT_GIVES, **{name: {} for name in MAPPINGS_OF_CONTACT}, "tag_ids": []},
    ),
    Form(
        "dates with a time of day",
        {**CONTACT, "optin": "28.12.2024 22:52:09", "date": "28.12.2024 22:52:09"},
        gives={
            **CONTACT_GIVES,
            "optin": datetime(2024, 12, 28, 22, 52, 9, tzinfo=UTC),
            "date": datetime(2024, 12, 28, 22, 52, 9, tzinfo=UTC),
        },
    ),
    Form(
        "dates as ISO 8601",
        {**CONTACT, "optin": "2025-04-22T08:26:37.000Z", "date": "2025-04-22T08:26:37.000Z"},
        gives={
            **CONTACT_GIVES,
            "optin": datetime(2025, 4, 22, 8, 26, 37, tzinfo=UTC),
            "date": datetime(2025, 4, 22, 8, 26, 37, tzinfo=UTC),
        },
    ),
    Form(
        "only an email address",
        {
            **CONTACT,
            **dict.fromkeys(("sms_phone", "sms_status", "sms_bounce", "sms_date"), ""),
        },
        gives={**CONTACT_GIVES, "sms_number": "", "sms_status": "", "sms_bounce": "", "sms_date": None},
    ),
    Form(
        "only an SMS number",
        {**CONTACT, **dict.fromkeys(("email", "status", "bounce", "optin", "date"), None)},
        gives={**CONTACT_GIVES, "email": "", "status": "", "bounce": "", "optin": None, "date": None},
    ),
)

LAST_PAGE: Final = {"ids": ["123"], "next_cursor": None}
NO_PAGE: Final = {"ids": [], "next_cursor": None}

PAGE_FORMS: Final = (
    Form("ids as numbers", {"subscriberIds": [123, 456], "nextCursor": "bmV4dA=="}),
    Form(
        "the last page",
        {"subscriberIds": ["123", "456"], "nextCursor": None},
        gives={"ids": ["123", "456"], "next_cursor": None},
    ),
    Form("the last page, cursor empty", {"subscriberIds": ["123"], "nextCursor": ""}, gives=LAST_PAGE),
    Form("the last page, cursor missing", {"subscriberIds": ["123"]}, gives=LAST_PAGE),
    Form("a list with holes, said by PHP", {"subscriberIds": {"0": "123", "4": 456}, "nextCursor": "bmV4dA=="}),
    Form("all contacts in a bare list, by a service without pages", ["123"], gives=LAST_PAGE),
    Form("all contacts, by a service without pages", {"subscribers": ["123"]}, gives=LAST_PAGE),
    Form("none", {"subscriberIds": [], "nextCursor": None}, gives=NO_PAGE),
    Form("none, said by PHP", [], gives=NO_PAGE),
)


# --- The table ---

FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        operation="login",
        method="POST",
        template="/account/login",
        body={"username": "alexexample-api", "password": "correct horse"},
        arguments={"username": "alexexample-api", "password": "correct horse"},
        auth="none",
        answer={"sessid": "xyz123", "session_name": "SSESSabc", "account": ACCOUNT},
        gives={"session_name": "SSESSabc", "session_id": "xyz123"},
        forms=(
            Form(
                "ids as text",
                {
                    "sessid": "xyz123",
                    "session_name": "SSESSabc",
                    "account": {**ACCOUNT, "uid": "1", "status": "1", "tier": "20"},
                },
            ),
            Form("account missing", {"sessid": "xyz123", "session_name": "SSESSabc"}),
        ),
    ),
    Fact(
        operation="logout",
        method="POST",
        template="/account/logout",
        repeatable=True,
        answer=[True],
        gives=None,
        forms=(*DONE, Form("of a session that is gone", ["Benutzer nicht eingeloggt."], status=406)),
    ),
    Fact(
        operation="get_account",
        method="GET",
        template="/account",
        safe=True,
        repeatable=True,
        in_openapi=False,
        answer=ACCOUNT,
        gives=ACCOUNT_GIVES,
        forms=(
            Form("ids as text", {**ACCOUNT, "uid": "1", "status": "1", "tier": "20"}),
            Form("absent value empty", {**ACCOUNT, "company": ""}, gives={**ACCOUNT_GIVES, "company": ""}),
            Form("absent value null", {**ACCOUNT, "company": None}, gives={**ACCOUNT_GIVES, "company": ""}),
            Form("absent value missing", without(ACCOUNT, "company"), gives={**ACCOUNT_GIVES, "company": ""}),
        ),
    ),
    Fact(
        operation="list_optin_processes",
        method="GET",
        template="/list",
        safe=True,
        repeatable=True,
        answer={"3": "", "23": "my-optin-process"},
        gives=[{"id": 3, "name": ""}, {"id": 23, "name": "my-optin-process"}],
        forms=(
            Form("as pairs", pairs({"3": "", "23": "my-optin-process"})),
            Form("as pairs, ids as numbers", pairs({"3": "", "23": "my-optin-process"}, int)),
            Form("absent name null", {"3": None, "23": "my-optin-process"}),
            Form("as pairs, absent name missing", [{"value": 3}, {"value": 23, "label": "my-optin-process"}]),
            *NOTHING_LISTED,
        ),
    ),
    Fact(
        operation="get_optin_process",
        method="GET",
        template="/list/{listid}",
        ids={"listid": "16"},
        arguments={"optin_process_id": 16},
        safe=True,
        repeatable=True,
        answer={
            "listid": 16,
            "name": "my optin process",
            "usesingleoptin": False,
            "pendingurl": "https://mypending.com",
            "thankyouurl": "https://mythankyou.com",
            "resendconfirmationemail": False,
            "usechangeemail": True,
        },
        gives={
            "id": 16,
            "name": "my optin process",
            "single_optin": False,
            "pending_url": "https://mypending.com",
            "thank_you_url": "https://mythankyou.com",
            "resend_confirmation_email": False,
            "change_email": True,
        },
        forms=(
            Form(
                "id as text",
                {
                    "listid": "16",
                    "name": "my optin process",
                    "usesingleoptin": False,
                    "pendingurl": "https://mypending.com",
                    "thankyouurl": "https://mythankyou.com",
                    "resendconfirmationemail": False,
                    "usechangeemail": True,
                },
            ),
            Form(
                "the predefined one, absent values empty and null",
                {
                    "listid": 16,
                    "name": "",
                    "usesingleoptin": False,
                    "pendingurl": "",
                    "thankyouurl": None,
                    "resendconfirmationemail": False,
                    "usechangeemail": False,
                },
                gives={
                    "id": 16,
                    "name": "",
                    "single_optin": False,
                    "pending_url": "",
                    "thank_you_url": "",
                    "resend_confirmation_email": False,
                    "change_email": False,
                },
            ),
            Form(
                "absent values missing",
                {
                    "listid": 16,
                    "name": "my optin process",
                    "usesingleoptin": False,
                    "resendconfirmationemail": False,
                    "usechangeemail": True,
                },
                gives={
                    "id": 16,
                    "name": "my optin process",
                    "single_optin": False,
                    "pending_url": "",
                    "thank_you_url": "",
                    "resend_confirmation_email": False,
                    "change_email": True,
                },
            ),
        ),
    ),
    Fact(
        operation="get_optin_redirect",
        method="POST",
        template="/list/redirect",
        body={"listid": "45", "email": "hello@example.com"},
        arguments={"optin_process_id": 45, "email": "hello@example.com"},
        safe=True,
        repeatable=True,
        answer=["https://mypendingurl.com"],
        gives="https://mypendingurl.com",
        forms=NO_REDIRECT,
    ),
    Fact(
        operation="list_tags",
        method="GET",
        template="/tag",
        safe=True,
        repeatable=True,
        asks=(
            Ask("named as connectors do", headers={"Client-Identifier": "n8n", "Connector-Version": "1.0"}),
            Ask("by a client that keeps no session", headers={"Connection": "close"}),
        ),
        answer={"21": "mytag", "23": "example"},
        gives=[{"id": 21, "name": "mytag"}, {"id": 23, "name": "example"}],
        forms=(
            Form("as pairs", pairs({"21": "mytag", "23": "example"})),
            Form("as pairs, ids as numbers", pairs({"21": "mytag", "23": "example"}, int)),
            Form("one that cannot be read is left out", {"21": "mytag", "x": "y", "23": "example"}),
            Form(
                "HTML entities in the names",
                {"21": "Caf&eacute; &amp; B&#228;r", "23": "AT&amp;amp;T"},
                gives=[{"id": 21, "name": "Café & Bär"}, {"id": 23, "name": "AT&amp;T"}],
            ),
            *NOTHING_LISTED,
        ),
    ),
    Fact(
        operation="get_tag",
        method="GET",
        template="/tag/{tagid}",
        ids={"tagid": "21"},
        arguments={"tag_id": 21},
        safe=True,
        repeatable=True,
        answer={"tagid": "21", "name": "mytag", "text": "some text"},
        gives={"id": 21, "name": "mytag", "text": "some text"},
        forms=(
            Form("id as number", {"tagid": 21, "name": "mytag", "text": "some text"}),
            Form(
                "absent text empty",
                {"tagid": "21", "name": "mytag", "text": ""},
                gives={"id": 21, "name": "mytag", "text": ""},
            ),
            Form(
                "absent text null",
                {"tagid": "21", "name": "mytag", "text": None},
                gives={"id": 21, "name": "mytag", "text": ""},
            ),
            Form(
                "absent text missing",
                {"tagid": "21", "name": "mytag"},
                gives={"id": 21, "name": "mytag", "text": ""},
            ),
        ),
    ),
    Fact(
        operation="create_tag",
        method="POST",
        template="/tag",
        body={"name": "mynewtag", "text": "hello"},
        arguments={"name": "mynewtag", "text": "hello"},
        answer=[49],
        gives=49,
        forms=(
            Form("id as text", ["49"]),
            Form("as an object", {"id": 49}),
            Form("as an object, id as text", {"id": "49"}),
            Form("as an object, by the name of a tag's id", {"tagid": "49"}),
            Form("alone", 49),
        ),
    ),
    Fact(
        operation="update_tag",
        method="PUT",
        template="/tag/{tagid}",
        ids={"tagid": "21"},
        body={"name": "mynewtag", "text": "hello"},
        arguments={"tag_id": 21, "name": "mynewtag", "text": "hello"},
        repeatable=True,
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="delete_tag",
        method="DELETE",
        template="/tag/{tagid}",
        ids={"tagid": "21"},
        arguments={"tag_id": 21},
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="list_fields",
        method="GET",
        template="/field",
        safe=True,
        repeatable=True,
        # The OpenAPI document's sample shows the values of a contact in the place of the names.
        answer={"fieldFirstName": "First name", "field213729": "Favourite colour"},
        gives=[
            {"id": "fieldFirstName", "bare_id": "FirstName", "name": "First name"},
            {"id": "field213729", "bare_id": "213729", "name": "Favourite colour"},
        ],
        forms=(
            Form("as pairs", pairs({"fieldFirstName": "First name", "field213729": "Favourite colour"})),
            *NOTHING_LISTED,
        ),
    ),
    Fact(
        operation="get_field",
        method="GET",
        template="/field/{fieldid}",
        ids={"fieldid": "213729"},
        arguments={"field_id": "213729"},
        safe=True,
        repeatable=True,
        answer={"id": "213729", "name": "Favourite colour"},
        gives={"id": "field213729", "bare_id": "213729", "name": "Favourite colour"},
        forms=(Form("id as number", {"id": 213729, "name": "Favourite colour"}),),
    ),
    Fact(
        operation="list_typed_fields",
        method="GET",
        template="/field",
        query={"detail": "true"},
        safe=True,
        repeatable=True,
        in_openapi=False,
        answer={
            "fieldFirstName": {"name": "First name", "type": "line"},
            "field213729": {"name": "Order total", "type": "decimal"},
        },
        gives=[
            {"id": "fieldFirstName", "name": "First name", "type": "line"},
            {"id": "field213729", "name": "Order total", "type": "decimal"},
        ],
        forms=(
            Form(
                "other words for the types, which are not published",
                {
                    "fieldFirstName": {"name": "First name", "type": "Single Line"},
                    "field213729": {"name": "Order total", "type": "DECIMAL_NUMBER"},
                },
            ),
            Form(
                "types nobody knows are lines",
                {
                    "fieldFirstName": {"name": "First name", "type": "telepathy"},
                    "field213729": {"name": "Order total", "type": "Decimal number"},
                },
            ),
            Form(
                "as a list",
                [
                    {"id": "FirstName", "name": "First name", "type": "line"},
                    {"id": 213729, "name": "Order total", "type": "decimal"},
                ],
            ),
            Form(
                "without types, by a service that does not look at `detail`",
                {"fieldFirstName": "First name", "field213729": "Order total"},
                gives=[
                    {"id": "fieldFirstName", "name": "First name", "type": None},
                    {"id": "field213729", "name": "Order total", "type": None},
                ],
            ),
            *NOTHING_LISTED,
        ),
    ),
    Fact(
        operation="get_typed_field",
        method="GET",
        template="/field/{fieldid}",
        ids={"fieldid": "213729"},
        query={"detail": "true"},
        arguments={"field_id": "field213729"},
        safe=True,
        repeatable=True,
        in_openapi=False,
        answer={"id": "213729", "name": "Order total", "type": "decimal"},
        gives={"id": "field213729", "name": "Order total", "type": "decimal"},
        forms=(
            Form("id as number", {"id": 213729, "name": "Order total", "type": "Decimal Number"}),
            Form(
                "type missing",
                {"id": "213729", "name": "Order total"},
                gives={"id": "field213729", "name": "Order total", "type": None},
            ),
        ),
    ),
    Fact(
        operation="list_contacts",
        method="GET",
        template="/subscriber",
        query={"status": "subscribed,pending", "bounceStatus": "nobounce,softbounce"},
        arguments={"status": ["subscribed", "pending"], "bounce_status": ["nobounce", "softbounce"]},
        safe=True,
        repeatable=True,
        asks=(
            Ask("filters one by one", {"status[]": "subscribed", "bounceStatus[]": "nobounce"}),
            Ask("without filters"),
        ),
        answer={"subscribers": ["123", "456"]},
        gives=["123", "456"],
        forms=(
            Form("a bare list", ["123", "456"]),
            Form("ids as numbers", {"subscribers": [123, 456]}),
            Form("a bare list, ids as numbers", [123, 456]),
            Form("as pairs", [{"value": "123", "label": "a@example.com"}, {"value": 456, "label": "b@example.com"}]),
            Form("by the name that pages have", {"subscriberIds": ["123", "456"]}),
            Form("a list with holes, said by PHP", {"subscribers": {"0": "123", "7": "456"}}),
            Form("a bare list with holes, said by PHP", {"0": "123", "7": "456"}),
            Form("one that is no id is left out", ["123", None, 4.5, "456"]),
            Form("none", {"subscribers": []}, gives=[]),
            Form("none: 404 with a message", ["There is no such entity."], status=404, gives=[]),
            Form("none: 404 without a body", NO_BODY, status=404, gives=[]),
            *NOTHING_LISTED,
        ),
    ),
    Fact(
        operation="add_or_update_contact",
        method="POST",
        template="/subscriber",
        body={
            "email": "alex.example@klicktipp.example",
            "smsnumber": "+491701234567",
            "listid": 12345,
            "tagid": 56789,
            "fields": FIELDS_SENT,
        },
        arguments={
            "email": "alex.example@klicktipp.example",
            "sms_number": "+491701234567",
            "optin_process_id": 12345,
            "tag_id": 56789,
            "fields": FIELDS_SENT,
        },
        answer=CONTACT,
        gives=CONTACT_GIVES,
        forms=(
            *CONTACT_FORMS,
            Form("the id alone", ["1"], gives={"id": "1", "email": "", "fields": {}}),
            Form("the id alone, in an object", {"id": 1}, gives={"id": "1", "email": "", "fields": {}}),
        ),
    ),
    Fact(
        operation="get_contact",
        method="GET",
        template="/subscriber/{subscriberid}",
        ids={"subscriberid": "1"},
        arguments={"contact_id": "1"},
        safe=True,
        repeatable=True,
        answer=CONTACT,
        gives=CONTACT_GIVES,
        forms=CONTACT_FORMS,
    ),
    Fact(
        operation="update_contact",
        method="PUT",
        template="/subscriber/{subscriberid}",
        ids={"subscriberid": "1"},
        body={
            "newemail": "alex.example@klicktipp.example",
            "newsmsnumber": "+491701234567",
            "fields": FIELDS_SENT,
        },
        arguments={
            "contact_id": "1",
            "new_email": "alex.example@klicktipp.example",
            "new_sms_number": "+491701234567",
            "fields": FIELDS_SENT,
        },
        repeatable=True,
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="delete_contact",
        method="DELETE",
        template="/subscriber/{subscriberid}",
        ids={"subscriberid": "1"},
        arguments={"contact_id": "1"},
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="unsubscribe_contact",
        method="POST",
        template="/subscriber/unsubscribe",
        body={"email": "alex.example@klicktipp.example"},
        arguments={"email": "alex.example@klicktipp.example"},
        repeatable=True,
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="find_contact",
        method="POST",
        template="/subscriber/search",
        body={"email": "alex.example@klicktipp.example"},
        arguments={"email": "alex.example@klicktipp.example"},
        safe=True,
        repeatable=True,
        answer=[3],
        gives="3",
        forms=(
            Form("id as text", ["3"]),
            Form("unknown: an empty list", [], gives=None),
            Form("unknown: 406", {"error": 7}, status=406, gives=None),
            Form("unknown: 404 with a message", ["There is no such entity."], status=404, gives=None),
            Form("unknown: 404 without a body", NO_BODY, status=404, gives=None),
        ),
    ),
    Fact(
        operation="tag_contact",
        method="POST",
        template="/subscriber/tag",
        body={"email": "alex.example@klicktipp.example", "tagids": [17, 18]},
        arguments={"email": "alex.example@klicktipp.example", "tag_ids": [17, 18]},
        repeatable=True,
        asks=(Ask("one tag alone", body={"email": "alex.example@klicktipp.example", "tagids": 17}),),
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="untag_contact",
        method="POST",
        template="/subscriber/untag",
        body={"email": "alex.example@klicktipp.example", "tagid": 17},
        arguments={"email": "alex.example@klicktipp.example", "tag_id": 17},
        repeatable=True,
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="list_tagged_contacts",
        method="POST",
        template="/subscriber/tagged",
        body={
            "tagid": 17,
            "status": ["subscribed", "pending"],
            "bounceStatus": ["nobounce", "softbounce"],
        },
        arguments={
            "tag_id": 17,
            "status": ["subscribed", "pending"],
            "bounce_status": ["nobounce", "softbounce"],
        },
        safe=True,
        repeatable=True,
        answer={"3": "1760530436"},
        gives={"3": datetime(2025, 10, 15, 12, 13, 56, tzinfo=UTC)},
        asks=(
            Ask("filters in the query", {"status": "subscribed,pending", "bounceStatus": "nobounce"}, {"tagid": 17}),
            Ask("without filters", body={"tagid": 17}),
            Ask("filters as texts with commas", body={"tagid": 17, "status": "subscribed,pending"}),
        ),
        forms=(
            Form("nobody", {}, gives={}),
            Form("nobody, said by PHP", [], gives={}),
            Form("nobody, no content", NO_BODY, status=204, gives={}),
            Form("nobody: 404 with a message", ["There is no such entity."], status=404, gives={}),
            Form("nobody: 404 without a body", NO_BODY, status=404, gives={}),
            Form("time as a number", {"3": 1760530436}),
            Form("time null", {"3": None}, gives={"3": None}),
            Form("time zero", {"3": "0"}, gives={"3": None}),
            Form("one that is no id is left out", {"3": "1760530436", "x": "1760530436"}),
        ),
    ),
    Fact(
        operation="list_contacts_by_page",
        method="GET",
        template="/subscriber",
        query={"limit": "500", "cursor": "b3Blbg==", "status": "subscribed", "bounceStatus": "nobounce,softbounce"},
        arguments={
            "limit": 500,
            "cursor": "b3Blbg==",
            "status": "subscribed",
            "bounce_status": ["nobounce", "softbounce"],
        },
        safe=True,
        repeatable=True,
        in_openapi=False,
        answer={"subscriberIds": ["123", "456"], "nextCursor": "bmV4dA=="},
        gives={"ids": ["123", "456"], "next_cursor": "bmV4dA=="},
        forms=(
            *PAGE_FORMS,
            Form("none: 404 with a message", ["There is no such entity."], status=404, gives=NO_PAGE),
            Form("none: 404 without a body", NO_BODY, status=404, gives=NO_PAGE),
        ),
    ),
    Fact(
        operation="get_contacts",
        method="GET",
        template="/subscriber/bulk/{subscriberids}",
        ids={"subscriberids": "1,2"},
        arguments={"contact_ids": ["1", "2"]},
        safe=True,
        repeatable=True,
        in_openapi=False,
        answer={"1": CONTACT, "2": None},
        gives={"1": CONTACT_GIVES, "2": None},
        forms=(
            Form("ids as numbers", {"1": {**CONTACT, "id": 1}, "2": None}),
            Form("as a list", [CONTACT, None], gives={"1": CONTACT_GIVES}),
            Form("nobody is there", {"1": None, "2": None}, gives={"1": None, "2": None}),
            Form("nobody is there, said by PHP", [], gives={}),
            Form("one that cannot be read is left out", {"1": CONTACT, "2": "…"}, gives={"1": CONTACT_GIVES}),
            Form("somebody else is left out", {"1": CONTACT, "2": CONTACT}, gives={"1": CONTACT_GIVES}),
        ),
    ),
    Fact(
        operation="list_changed_contacts",
        method="GET",
        template="/subscriber/changed",
        query={"from": "1760530436", "limit": "200", "cursor": "b3Blbg=="},
        arguments={"since": datetime(2025, 10, 15, 12, 13, 56, tzinfo=UTC), "limit": 200, "cursor": "b3Blbg=="},
        safe=True,
        repeatable=True,
        in_openapi=False,
        answer={"subscriberIds": ["123", "456"], "nextCursor": "bmV4dA=="},
        gives={"ids": ["123", "456"], "next_cursor": "bmV4dA=="},
        forms=PAGE_FORMS,
    ),
    Fact(
        operation="signin",
        method="POST",
        template="/subscriber/signin",
        body={
            "apikey": "listbuilding-key",
            "email": "alex.example@klicktipp.example",
            "smsnumber": "+491701234567",
            "fields": FIELDS_SENT,
        },
        arguments={
            "api_key": "listbuilding-key",
            "email": "alex.example@klicktipp.example",
            "sms_number": "+491701234567",
            "fields": FIELDS_SENT,
        },
        auth="listbuilding",
        in_openapi=False,
        answer=["https://mypendingurl.com"],
        gives="https://mypendingurl.com",
        forms=NO_REDIRECT,
    ),
    Fact(
        operation="signout",
        method="POST",
        template="/subscriber/signout",
        body={"apikey": "listbuilding-key", "email": "alex.example@klicktipp.example"},
        arguments={"api_key": "listbuilding-key", "email": "alex.example@klicktipp.example"},
        auth="listbuilding",
        repeatable=True,
        in_openapi=False,
        answer=[True],
        gives=None,
        forms=DONE,
    ),
    Fact(
        operation="signoff",
        method="POST",
        template="/subscriber/signoff",
        body={"apikey": "listbuilding-key", "email": "alex.example@klicktipp.example"},
        arguments={"api_key": "listbuilding-key", "email": "alex.example@klicktipp.example"},
        auth="listbuilding",
        repeatable=True,
        in_openapi=False,
        answer=[True],
        gives=None,
        forms=DONE,
    ),
)

FACT_OF: Final[Mapping[str, Fact]] = {fact.operation: fact for fact in FACTS}

CODES: Final[Mapping[int, tuple[str, str]]] = {
    4: ("email_unsubscribed", "subscription_not_found"),
    5: ("invalid_email", "invalid_email"),
    6: ("confirmation_email_failed", ""),
    7: ("email_not_found", ""),
    8: ("invalid_field_value", "invalid_field_value"),
    9: ("sms_number_taken", "contact_not_subscribed"),
    10: ("update_failed", "update_failed"),
    11: ("invalid_phone_number", ""),
    12: ("internal_error", ""),
    15: ("in_use", "in_use"),
    30: ("email_blocked", "email_change_not_allowed"),
    31: ("smarttag_not_assignable", "smarttag_not_removable"),
    32: ("address_required", "address_required"),
    100: ("", "invalid_api_key"),
    401: ("contact_not_found", "user_not_found"),
    402: ("optin_process_not_found", "optin_process_not_found"),
    403: ("tag_not_found", "tag_not_found"),
    404: ("", "user_group_not_found"),
    405: ("", "campaign_not_found"),
    406: ("", "tier_not_found"),
    501: ("", "email_required"),
    502: ("", "username_required"),
    503: ("", "password_required"),
    504: ("", "first_name_required"),
    505: ("", "last_name_required"),
    506: ("", "username_taken"),
    507: ("email_taken", "email_taken"),
    508: ("", "user_update_failed"),
}
"""What the codes of a 406 mean when a contact is added or signs in, and for the other operations; "" where the
reference tells no meaning."""

CODES_OF: Final[Mapping[tuple[str, int], str]] = {
    ("get_contact", 4): "contact_not_found",
    ("get_contact", 7): "contact_not_found",
    ("tag_contact", 7): "email_not_found",
    ("untag_contact", 7): "email_not_found",
    ("unsubscribe_contact", 7): "email_not_found",
    ("signout", 7): "email_not_found",
    ("signoff", 7): "email_not_found",
    ("update_contact", 7): "invalid_field_value",
    ("signin", 100): "invalid_api_key",
    ("tag_contact", 31): "smarttag_not_assignable",
}
"""Where an operation has a meaning of its own for a code. A SmartTag that is to be set is not one that cannot be
removed, although the reference has only that for tagging."""

ADDING: Final = ("add_or_update_contact", "signin")
"""The operations that add a contact."""

DETAILS: Final[Mapping[int, str]] = {
    5: "invalid_email",
    6: "confirmation_email_failed",
    9: "sms_number_taken",
    10: "sms_number_unsubscribed",
    11: "invalid_phone_number",
    30: "email_blocked",
}
"""What `code` tells beside error 10."""


def meaning(operation: str, code: int) -> str:
    """What a code means for an operation; "" where the reference tells no meaning."""
    when_adding, otherwise = CODES.get(code, ("", ""))
    usual = when_adding if operation in ADDING else otherwise
    return CODES_OF.get((operation, code), usual)
