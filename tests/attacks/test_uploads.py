"""Bodies that cost far more to parse than to send, and are parsed before anything asks who sends them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParser
from django.test import Client, RequestFactory
from django.urls import path

from ktportal import urls, wsgi
from ktportal.bodies import LARGEST_OF_STRANGERS, accepts_files

pytestmark = pytest.mark.django_db
MULTIPART = "multipart/form-data; boundary=b"
PART = b"--b\r\nContent-Disposition: form-data; " + b";a=b" * 240 + b"\r\n\r\nx\r\n"
FORM = "application/x-www-form-urlencoded"


@accepts_files
def upload(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.FILES["file"].name)


urlpatterns = [path("upload/", upload), *urls.urlpatterns]
handler400, handler500 = urls.handler400, urls.handler500


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The multipart bodies that are parsed."""
    parsed: list[int] = []
    parse = MultiPartParser.parse
    monkeypatch.setattr(MultiPartParser, "parse", lambda self: parsed.append(1) or parse(self))
    return parsed


def test_nobody_makes_the_portal_parse_multipart(browser: Client, parsed: list[int]) -> None:
    for sender in (Client(enforce_csrf_checks=True), browser):
        for address in ("/accounts/login/", "/profile/", "/language/", "/csp-reports/", "/no-such-page/"):
            for count in (10, 1900):
                body = PART * count + b"--b--\r\n"
                assert sender.post(address, body, content_type=MULTIPART).status_code in (400, 404, 413)
    assert parsed == []


def test_strangers_send_little(browser: Client) -> None:
    for size, taken in ((LARGEST_OF_STRANGERS, True), (LARGEST_OF_STRANGERS + 1, False)):
        body = "login=".ljust(size, "x")
        status = Client().post("/accounts/login/", body, content_type=FORM).status_code
        assert (status == 200) is taken
        assert taken or status == 413
    assert browser.post("/profile/", "name=Zoe&x=".ljust(1_000_000, "x"), content_type=FORM).status_code == 302


def test_a_view_that_takes_files_gets_them_from_who_is_signed_in(browser: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    for sender, status in ((Client(), 400), (browser, 200)):
        file = SimpleUploadedFile("contacts.xlsx", b"x" * 50_000)
        assert sender.post("/upload/", {"file": file}).status_code == status


@pytest.mark.past_the_lines
def test_a_kind_of_body_is_read_at_once_however_it_is_written() -> None:
    for content_type in ("x/y" + ";a=b" * 15_000, "text/plain; a*=foo'x'y", "text/plain; charset=hex"):
        statuses: list[str] = []
        environ = RequestFactory().get("/accounts/login/?next=%C3%BC").environ | {"CONTENT_TYPE": content_type}
        b"".join(wsgi.application(environ, lambda status, _, told=statuses: told.append(status)))
        assert statuses == ["200 OK"]
        assert ";" not in wsgi.plain(content_type)
    assert wsgi.plain(MULTIPART) == MULTIPART
