import pytest

from tests.sandbox.client import Api


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
    assert (answer.status_code, answer.json()) == (409, ["A tag with this name exists."])
    other = api.post("/tag", {"name": "other"}).json()[0]
    assert api.put(f"/tag/{other}", {"name": "VIP", "text": "x"}).status_code == 409
    assert api.get(f"/tag/{other}").json()["text"] == ""


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name(german: Api, name: str) -> None:
    answer = german.post("/tag", {"name": name})
    assert (answer.status_code, answer.json()) == (406, ["Der Tag-Name darf nicht leer sein."])


def test_smart_tags_belong_to_the_system(api: Api) -> None:
    smart = api.tag_id("Contact added via API")
    assert api.put(f"/tag/{smart}", {"name": "Mine"}).json() == {"error": 31}
    assert api.delete(f"/tag/{smart}").json() == {"error": 31}
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
    assert api.post("/subscriber/tagged", {**body, "tagid": 999}).json() == {"error": 403}
    smart = api.tag_id("Contact added via API")
    assert list(api.post("/subscriber/tagged", {**body, "tagid": smart}).json()) == [contact["id"]]
