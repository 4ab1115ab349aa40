"""No query string of an address is in the logs, no link that is a key, and no trace of a mere refusal."""

import logging

import pytest
from django.core.exceptions import PermissionDenied

from ktportal.logs import WithoutExpectedTraces, WithoutSecrets


def logged(text: str, *arguments: object) -> str:
    record = logging.LogRecord("django.server", logging.INFO, "", 0, text, arguments, None)
    WithoutSecrets().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("text", "arguments", "line"),
    [
        ('"%s" %s', ("GET /grants/x/?customerkey=5e7t HTTP/1.1", 303), '"GET /grants/x/?… HTTP/1.1" 303'),
        ("Error handling request /grants/x/?customerkey=5e7t", (), "Error handling request /grants/x/?…"),
        ("Not found: %s", ("/t/demo/",), "Not found: /t/demo/"),
        ("Really? Yes", (), "Really? Yes"),
        ("%(a)s", ({"a": 1},), "1"),
        ('"%(m)s %(U)s" %(s)s', ({"m": "GET", "U": "/invitations/5e7t/", "s": "200"},), '"GET /invitations/…/" 200'),
        ("Gone: %s", ("/accounts/confirm-email/MQ:1x:5e7t/",), "Gone: /accounts/confirm-email/…/"),
        ("Gone: %s", ("/accounts/password/reset/key/1-5e7t/",), "Gone: /accounts/password/reset/key/…/"),
    ],
)
def test_what_is_secret_in_an_address_is_cut_out(text: str, arguments: tuple[object, ...], line: str) -> None:
    assert logged(text, *arguments) == line


@pytest.mark.parametrize(("error", "has_trace"), [(PermissionDenied(), False), (ValueError(), True)])
def test_a_refusal_is_a_line_and_an_error_comes_with_its_trace(error: Exception, has_trace: bool) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "", (), (type(error), error, None))
    assert WithoutExpectedTraces().filter(record)
    assert bool(record.exc_info) is has_trace
