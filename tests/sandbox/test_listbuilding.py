import requests

from tests.sandbox.client import Api, unexplained


def call(api: Api, operation: str, **body: object) -> requests.Response:
    """Without any other sign-in than the listbuilding key."""
    url = f"{api.sandbox.url}/subscriber/{operation}"
    return requests.post(url, json={"apikey": api.account["listbuilding_key"], **body}, timeout=5)


def test_sign_in_sets_the_tag_of_the_key_and_answers_with_the_redirect(api: Api) -> None:
    process = api.get(f"/list/{api.account['listbuilding_listid']}").json()
    answer = call(api, "signin", email="form@example.org", fields={"fieldFirstName": "Ada"})
    assert (answer.status_code, answer.json()) == (200, [process["pendingurl"]])
    number = api.post("/subscriber/search", {"email": "form@example.org"}).json()[0]
    contact = api.get(f"/subscriber/{number}").json()
    assert contact["status"] == "Opt-In Pending"
    assert contact["fieldFirstName"] == "Ada"
    tag = str(api.account["listbuilding_tag_id"])
    assert tag in contact["manual_tags"]

    api.control("POST", "confirm", {"uid": api.account["uid"], "email": "form@example.org"})
    assert call(api, "signin", email="form@example.org").json() == [process["thankyouurl"]]
    for _ in range(2):
        assert call(api, "signout", email="form@example.org").json() == [True]
    assert tag not in api.get(f"/subscriber/{number}").json()["tags"]
    for _ in range(2):
        assert call(api, "signoff", email="form@example.org").json() == [True]
    assert api.get(f"/subscriber/{number}").json()["status"] == "Unsubscribed"
    assert unexplained(call(api, "signin", email="form@example.org")) == {"error": 4}


def test_sign_in_by_sms_number(api: Api) -> None:
    assert call(api, "signin", smsnumber="+491701234567").status_code == 200


def test_the_key_opens_nothing_else(api: Api) -> None:
    body = {"apikey": api.account["listbuilding_key"], "email": "form@example.org"}
    for path in ("/subscriber", "/subscriber/unsubscribe", "/subscriber/search"):
        assert requests.post(f"{api.sandbox.url}{path}", json=body, timeout=5).status_code == 403


def test_messages_come_in_the_language_of_the_account(german: Api) -> None:
    answer = call(german, "signin", email="form@example.org", fields={"fieldLeadValue": "x"})
    assert answer.json()["reason"] == "Der Wert muss eine ganze Zahl sein."
