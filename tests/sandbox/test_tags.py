import pytest

from tests.sandbox.client import Api, unexplained


def test_life_of_a_tag(api: Api) -> None:
    created = api.post("/tag", {"name": " Autumn ", "text": "hello"}).json()
    assert isinstance(created[0], int)
    tag = str(created[0])
    assert api.get("/tag").json()[tag] == "Autumn"
    assert api.get(f"/tag/{tag}").json() == {"tagid": tag, "name": "Autumn", "text": "hello"}
    assert api.put(f"/tag/{tag}", {"text": "bye"}).json() == [True]
    assert api.put(f"/tag/{tag}", {"name": "AUTUMN", "text": None}).json() == [True]
    assert api.get(f"/tag/{tag}").json() == {"tagid": tag, "name": "AUTUMN", "text": "bye"}
    contact = api.add("tagged@example.org", tagid=created[0])
    assert tag in contact["tags"]
    assert api.delete(f"/tag/{tag}").json() == [True]
    assert tag not in api.get(f"/subscriber/{contact['id']}").json()["tags"]
    assert api.delete(f"/tag/{tag}").status_code == 404


def test_names_are_unique_without_regard_to_case(api: Api) -> None:
    answer = api.post("/tag", {"name": "vip"})
    assert (answer.status_code, answer.json()) == (406, ["The tag could not be created."])
    other = api.post("/tag", {"name": "other"}).json()[0]
    assert api.put(f"/tag/{other}", {"name": "VIP", "text": "x"}).status_code == 406
    assert api.get(f"/tag/{other}").json()["text"] == ""


STATES = ("hardbounce", "pending")
REFUSED = ({"name": ""}, {"name": "  "}, {"name": "2026"}, {"name": "x" * 251}, {"name": "new", "text": "x" * 2_001})


@pytest.mark.parametrize("body", REFUSED, ids=["empty", "blank", "digits", "name too long", "text too long"])
def test_tags_that_cannot_be(german: Api, body: dict[str, str]) -> None:
    known = german.get("/tag").json()
    for method, path in (("POST", "/tag"), ("PUT", f"/tag/{german.tag_id('VIP')}")):
        answer = german.call(method, path, body)
        assert (answer.status_code, answer.json()) == (406, ["Tag konnte nicht erstellt werden."])
    assert german.get("/tag").json() == known


def test_tags_that_just_can_be(api: Api) -> None:
    assert api.post("/tag", {"name": "x" * 250, "text": "x" * 2_000}).status_code == 200
    assert api.post("/tag", {"name": "2026!"}).status_code == 200


def test_the_list_has_manual_tags_only(api: Api) -> None:
    smart = api.smart_tag_id("Contact added via API")
    listed = api.get("/tag").json()
    assert len(listed) == 6
    assert str(smart) not in listed
    assert api.get(f"/tag/{smart}").json()["name"] == "Contact added via API"


def test_a_tag_in_use_is_not_deleted(german: Api) -> None:
    tag = german.tag_id("Newsletter")
    answer = german.delete(f"/tag/{tag}")
    assert answer.status_code == 406
    assert "Kampagne „Willkommensserie“" in answer.json()[0]
    german.switch(tag_in_use_is_code=True)
    answer = german.delete(f"/tag/{tag}")
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 15})
    assert german.get(f"/tag/{tag}").status_code == 200


def test_smart_tags_belong_to_the_system(api: Api) -> None:
    smart = api.smart_tag_id("Contact added via API")
    assert unexplained(api.put(f"/tag/{smart}", {"name": "Mine"})) == {"error": 31}
    assert unexplained(api.delete(f"/tag/{smart}")) == {"error": 31}
    contact = api.add("new@example.org")
    assert list(contact["smart_tags"]) == [str(smart)]


@pytest.mark.parametrize("form", ["list", "text", "mapping"])
def test_tagging_and_untagging_are_repeatable(api: Api, form: str) -> None:
    contact = api.add("tagged@example.org")
    vip, customer = api.tag_id("VIP"), api.tag_id("Customer")
    tagids = {"list": [vip, str(customer)], "text": str(vip), "mapping": {"0": vip, "7": customer}}[form]
    for _ in range(2):
        assert api.post("/subscriber/tag", {"email": "tagged@example.org", "tagids": tagids}).json() == [True]
    found = api.get(f"/subscriber/{contact['id']}").json()["manual_tags"]
    assert set(found) == ({str(vip)} if form == "text" else {str(vip), str(customer)})
    for _ in range(2):
        assert api.post("/subscriber/untag", {"email": "tagged@example.org", "tagid": vip}).json() == [True]
    assert str(vip) not in api.get(f"/subscriber/{contact['id']}").json()["tags"]


def test_the_tag_of_a_campaign_starts_it(api: Api) -> None:
    contact = api.add("start@example.org")
    api.post("/subscriber/tag", {"email": "start@example.org", "tagids": [api.tag_id("Newsletter")]})
    assert api.get(f"/subscriber/{contact['id']}").json()["campaigns_started"]


def test_tagged_contacts(api: Api) -> None:
    tag = api.post("/tag", {"name": "autumn"}).json()[0]
    body = {"tagid": tag, "status": ["subscribed"], "bounceStatus": ["nobounce"]}
    assert api.post("/subscriber/tagged", body).json() == []
    contact = api.add("tagged@example.org", tagid=tag)
    api.post("/subscriber/tag", {"email": "hardbounce@klick-tipp.team", "tagids": [tag]})
    api.post("/subscriber/tag", {"email": "pending@klick-tipp.team", "tagids": [tag]})
    found = api.post("/subscriber/tagged", body).json()
    assert found == {contact["id"]: contact["manual_tags"][str(tag)]}
    assert api.post("/subscriber/tagged", {"tagid": str(tag)}).json() == found
    wide = {"tagid": tag, "status": "pending,subscribed", "bounceStatus": ["nobounce", "hardbounce"]}
    assert len(api.post("/subscriber/tagged", wide).json()) == 3
    assert unexplained(api.post("/subscriber/tagged", {**body, "tagid": 999})) == {"error": 403}
    smart = api.smart_tag_id("Contact added via API")
    assert list(api.post("/subscriber/tagged", {**body, "tagid": smart}).json()) == [contact["id"]]


def test_filters_of_tagged_contacts_in_the_query(api: Api) -> None:
    tag = api.post("/tag", {"name": "autumn"}).json()[0]
    subscribed = api.add("tagged@example.org", tagid=tag)["id"]
    hard, pending = (api.post("/subscriber/search", {"email": f"{name}@klick-tipp.team"}).json()[0] for name in STATES)
    for name in STATES:
        api.post("/subscriber/tag", {"email": f"{name}@klick-tipp.team", "tagids": [tag]})

    def found(query: str, **body: object) -> set[str]:
        return set(api.post(f"/subscriber/tagged{query}", {"tagid": tag, **body}).json())

    assert found("") == found("?status=&bounceStatus=") == {subscribed}
    assert found("?status=subscribed,pending") == {subscribed, str(pending)}
    assert found("?status=subscribed%2Cpending&bounceStatus=hardbounce") == {str(hard)}
    assert found("?status=pending", status=["subscribed"]) == {subscribed}
    assert found("?bounceStatus=hardbounce", bounceStatus=["nobounce"]) == {subscribed}
    assert api.post("/subscriber/tagged?status=happy", {"tagid": tag}).status_code == 400
