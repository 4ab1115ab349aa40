"""What leaves for a call, and what never does."""

from typing import Any

import pytest

from integrations.klicktipp import OPERATIONS, ConfigurationError, InvalidRequest, KlickTipp, Transport
from tests.facts import FACT_OF

from .service import Service, answer

EMAIL = "alex@example.com"


def test_what_every_request_says(api: KlickTipp, server: Service) -> None:
    server.will(answer([True]))

    api.tag_contact(EMAIL, [21])

    [request] = server.received
    assert request.headers["Client-Identifier"] == "ktportal"
    assert request.headers["Connector-Version"]
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Un"] == "operator"


def test_without_a_body_there_is_no_type_of_it(api: KlickTipp, server: Service) -> None:
    server.will(answer({}))

    api.list_tags()

    assert "Content-Type" not in server.received[0].headers


@pytest.mark.parametrize(
    ("method", "arguments", "body"),
    [
        ("create_tag", {"name": "new"}, {"name": "new"}),
        ("update_tag", {"tag_id": 21, "text": ""}, {"text": ""}),
        ("tag_contact", {"email": EMAIL, "tag_ids": 21}, {"email": EMAIL, "tagids": [21]}),
        ("tag_contact", {"email": EMAIL, "tag_ids": {"21"}}, {"email": EMAIL, "tagids": [21]}),
        ("update_contact", {"contact_id": 1, "fields": {"1": 5}}, {"fields": {"field1": "5"}}),
        ("update_contact", {"contact_id": "1", "new_sms_number": "+49 170"}, {"newsmsnumber": "+49 170"}),
        ("update_contact", {"contact_id": "1"}, {}),
        ("signoff", {"api_key": "k", "email": EMAIL}, {"apikey": "k", "email": EMAIL}),
    ],
)
def test_the_body_of_a_call(method: str, arguments: dict[str, Any], body: Any, api: KlickTipp, server: Service) -> None:
    server.will(answer([49] if method == "create_tag" else [True]))

    getattr(api, method)(**arguments)

    assert server.received[0].json == body


def test_tagged_contacts_are_always_asked_for_with_filters(api: KlickTipp, server: Service) -> None:
    server.will(answer([]))

    assert api.list_tagged_contacts(21) == {}
    assert server.received[0].json == {
        "tagid": 21,
        "status": ["subscribed"],
        "bounceStatus": ["nobounce", "softbounce", "spambounce"],
    }


def test_filters_are_parted_by_commas(api: KlickTipp, server: Service) -> None:
    server.will(answer([]))

    api.list_contacts(status=["pending", "subscribed"], bounce_status="hardbounce")

    assert server.received[0].query == "status=pending,subscribed&bounceStatus=hardbounce"


def test_no_filter_is_no_query(api: KlickTipp, server: Service) -> None:
    server.will(answer([]))

    api.list_contacts()

    assert server.received[0].query == ""


def test_the_base_may_be_a_folder(server: Service, auth: Any) -> None:
    server.will(answer({}))

    KlickTipp(auth, base_url=f"{server.url}/api/").list_tags()

    assert server.received[0].path == "/api/tag"


@pytest.mark.parametrize("key", ["7c3f", "aB", "123456789012345678901z"])
def test_a_contact_key_stands_in_place_of_the_id(api: KlickTipp, server: Service, key: str) -> None:
    server.will(answer({"id": "4711", "email": EMAIL}), answer([True]), answer([True]))

    assert api.get_contact(key).id == "4711"
    api.update_contact(key, new_email=EMAIL)
    api.delete_contact(key)

    assert [request.path for request in server.received] == [f"/subscriber/{key}"] * 3


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("add_or_update_contact", {}),
        ("add_or_update_contact", {"email": ""}),
        ("add_or_update_contact", {"email": None, "sms_number": None, "tag_id": 21}),
        ("add_or_update_contact", {"email": EMAIL, "tag_id": 0}),
        ("add_or_update_contact", {"email": EMAIL, "tag_id": True}),
        ("add_or_update_contact", {"email": EMAIL, "fields": ["x"]}),
        ("add_or_update_contact", {"email": EMAIL, "fields": {"fieldX": ["x"]}}),
        ("add_or_update_contact", {"email": EMAIL, "fields": {"": "x"}}),
        ("signin", {"api_key": "k"}),
        ("signin", {"api_key": "", "email": EMAIL}),
        ("signoff", {"api_key": None, "email": EMAIL}),
        ("get_contact", {"contact_id": ""}),
        ("get_contact", {"contact_id": "../account"}),
        ("get_contact", {"contact_id": "1?x"}),
        ("get_contact", {"contact_id": "a-b"}),
        ("get_contact", {"contact_id": "ä1"}),
        ("get_contact", {"contact_id": "a" * 65}),
        ("get_contact", {"contact_id": "0"}),
        ("get_contact", {"contact_id": "1" * 20}),
        ("get_contact", {"contact_id": "١"}),
        ("get_contact", {"contact_id": None}),
        ("get_contact", {"contact_id": -1}),
        ("get_tag", {"tag_id": "x"}),
        ("get_tag", {"tag_id": 1.5}),
        ("get_field", {"field_id": ".."}),
        ("get_field", {"field_id": "field"}),
        ("get_field", {"field_id": "a/b"}),
        ("tag_contact", {"email": EMAIL, "tag_ids": []}),
        ("tag_contact", {"email": EMAIL, "tag_ids": "21"}),
        ("tag_contact", {"email": EMAIL, "tag_ids": [None]}),
        ("tag_contact", {"email": " ", "tag_ids": [21]}),
        ("create_tag", {"name": ""}),
        ("create_tag", {"name": 5}),
        ("list_contacts", {"status": []}),
        ("list_contacts", {"status": "deleted"}),
        ("list_contacts", {"bounce_status": [["nobounce"]]}),
        ("list_tagged_contacts", {"tag_id": 21, "status": 5}),
        ("login", {"username": "u", "password": ""}),
        ("login", {}),
    ],
)
def test_impossible_arguments_are_never_sent(
    method: str, arguments: dict[str, Any], api: KlickTipp, server: Service
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        getattr(api, method)(**arguments)

    assert raised.value.happened == "no"
    assert raised.value.status is None
    assert EMAIL not in str(raised.value)
    assert server.received == []


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.auth == "key"])
def test_without_credentials_only_the_open_calls_work(name: str, server: Service) -> None:
    with pytest.raises(ConfigurationError):
        getattr(KlickTipp(None, base_url=server.url), name)(**FACT_OF[name].arguments)

    assert server.received == []


def test_a_listbuilding_key_needs_no_credentials_and_sends_none(api: KlickTipp, server: Service) -> None:
    server.will(answer(["https://example.com/thanks"]))

    assert api.signin("key", EMAIL) == "https://example.com/thanks"
    assert KlickTipp(None, base_url=server.url).signin("key", sms_number="+49170") == "https://example.com/thanks"
    assert not {"X-Un", "X-Ci", "Cookie"} & set(server.received[0].headers)


@pytest.mark.parametrize(
    "base_url",
    ["", "api.klicktipp.com", "ftp://x", "http://", "http://x:bad", "http://u:p@x", "http://x?y", "http://x\n"],
)
def test_an_impossible_base_url_is_said_at_once(base_url: str) -> None:
    with pytest.raises(ConfigurationError):
        KlickTipp(None, base_url=base_url)


@pytest.mark.parametrize("timeout", [5, (0, 5), (5, -1), (5,), (5, None), None])
def test_an_impossible_timeout_is_said_at_once(timeout: Any) -> None:
    with pytest.raises(ConfigurationError):
        KlickTipp(None, timeout=timeout)


def test_a_name_that_is_no_header_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError):
        KlickTipp(None, client_identifier="a\r\nX-Evil: 1")


def test_a_shared_transport_has_its_own_proxy() -> None:
    with pytest.raises(ConfigurationError):
        KlickTipp(None, transport=Transport(), proxy="http://127.0.0.1:1")
