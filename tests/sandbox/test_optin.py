from tests.sandbox.client import Api


def test_the_predefined_process_has_no_name(api: Api) -> None:
    names = api.get("/list").json()
    assert sorted(names.values())[0] == ""
    assert len(names) == 4
    found = api.get(f"/list/{api.list_id('')}").json()
    assert list(found)[:4] == ["listid", "name", "usesingleoptin", "pendingurl"]
    assert list(found)[4:] == ["thankyouurl", "resendconfirmationemail", "usechangeemail"]
    assert found["listid"] == api.list_id("")
    assert found["usesingleoptin"] is False
    assert api.get(f"/list/{api.list_id('single')}.json").json()["usesingleoptin"] is True


def test_redirect_depends_on_the_status(api: Api) -> None:
    process = api.get(f"/list/{api.list_id('sign-up')}").json()
    body = {"listid": str(process["listid"]), "email": "pending@klick-tipp.team"}
    assert api.post("/list/redirect", body).json() == [process["pendingurl"]]
    body["email"] = "softbounce@klick-tipp.team"
    assert api.post("/list/redirect", body).json() == [process["thankyouurl"]]
    assert api.post("/list/redirect", {**body, "listid": api.list_id("")}).json()[0].startswith("https://")


def test_redirect_of_unknown_list_or_contact(api: Api) -> None:
    body = {"listid": api.list_id("sign-up"), "email": "nobody@example.org"}
    assert api.post("/list/redirect", body).status_code == 404
    assert api.post("/list/redirect", {"listid": 9, "email": "pending@klick-tipp.team"}).status_code == 404
