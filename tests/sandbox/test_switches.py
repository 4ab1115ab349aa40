"""The switches that turn the forms of the sandbox's answers."""

from typing import Any

import pytest
import requests

from integrations.sandbox.__main__ import main
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.switches import HELP, SwitchError, Switches
from tests.sandbox.client import Api


def test_switches_are_told_turned_and_put_back(api: Api) -> None:
    off = dict.fromkeys(HELP, False)
    assert api.control("GET", "switches").json() == off
    assert api.control("POST", "switches", {"unix_dates": True}).json() == off | {"unix_dates": True}
    assert api.control("GET", "switches").json()["unix_dates"] is True
    assert api.control("POST", "reset").status_code == 200
    assert api.control("GET", "switches").json() == off


def test_a_reset_goes_back_to_how_the_server_was_started() -> None:
    with SandboxServer(accounts=1, switches=Switches(contacts_as_object=True)) as server:
        api = Api(server)
        api.switch(contacts_as_object=False, unix_dates=True)
        api.control("POST", "reset")
        found = api.control("GET", "switches").json()
        assert (found["contacts_as_object"], found["unix_dates"]) == (True, False)


@pytest.mark.parametrize("wanted", [{"unix_dates": True, "x": True}, {"unix_dates": 1}, {"unix_dates": None}, []])
def test_what_is_no_switch_turns_none(api: Api, wanted: Any) -> None:
    answer = api.control("POST", "switches", wanted)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert not any(api.control("GET", "switches").json().values())


def test_an_unknown_switch_names_those_there_are() -> None:
    with pytest.raises(SwitchError, match="known are before_october_2026"):
        Switches().set({"x": True})


def test_the_command_has_an_option_for_every_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Switches] = []

    def start(switches: Switches, **_: object) -> SandboxServer:
        started.append(switches)
        raise OSError("enough")

    monkeypatch.setattr("integrations.sandbox.__main__.SandboxServer", start)
    for name in HELP:
        assert main([f"--{name.replace('_', '-')}"]) == 1
    assert main([]) == 1
    assert started == [*(Switches(**{name: True}) for name in HELP), Switches()]


def test_the_form_of_the_list_of_contacts(api: Api) -> None:
    ids = api.get("/subscriber").json()
    api.switch(contacts_as_object=True)
    assert api.get("/subscriber").json() == {"subscribers": ids}
    assert api.get("/subscriber?limit=500").json()["subscriberIds"] == ids


def test_dates_as_unix_seconds(api: Api) -> None:
    contact = api.add("dated@example.org")
    assert contact["unsubscription"] == contact["sms_date"] == ""
    api.switch(unix_dates=True)
    contact = api.get(f"/subscriber/{contact['id']}").json()
    assert contact["optin"].isdigit()
    assert int(contact["date"]) > 1_700_000_000
    assert contact["unsubscription"] == contact["sms_date"] == contact["sms_unsubscription"] == "0"


def test_a_search_that_finds_nobody(api: Api) -> None:
    assert api.post("/subscriber/search", {"email": "nobody@example.org"}).status_code == 404
    api.switch(unknown_search_is_406=True)
    answer = api.post("/subscriber/search", {"email": "nobody@example.org"})
    assert (answer.status_code, answer.json()["error"]) == (406, 7)


def said(answer: requests.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def test_the_service_before_october_2026(api: Api) -> None:
    api.switch(before_october_2026=True)
    assert list(api.get("/subscriber").json()) == ["subscribers"]
    assert said(api.put("/subscriber/999", {})) == (406, {"error": 4})
    assert said(api.delete("/subscriber/999")) == (406, {"error": 4})
    assert said(api.post("/subscriber/unsubscribe", {"email": "nobody@example.org"})) == (406, {"error": 7})
    assert said(api.post("/tag", {"name": "vip"})) == (409, ["A tag with this name exists."])
    assert said(api.post("/subscriber", {"email": "no address"})) == (406, {"error": 5})
    for path in (
        "/field?detail=true",
        "/field/FirstName?detail=true",
        "/subscriber?limit=5",
        "/subscriber/bulk/1",
        "/subscriber/changed?from=0",
    ):
        assert said(api.get(path)) == (405, "Method not allowed.")
    assert len(api.get("/tag").json()) == 6
