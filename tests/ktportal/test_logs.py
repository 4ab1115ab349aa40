"""No query string of an address is in the logs."""

import logging

import pytest

from ktportal.logs import WithoutQueries


def logged(text: str, *arguments: object) -> str:
    record = logging.LogRecord("django.server", logging.INFO, "", 0, text, arguments, None)
    WithoutQueries().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("text", "arguments", "line"),
    [
        ('"%s" %s', ("GET /grants/x/?customerkey=5e7t HTTP/1.1", 303), '"GET /grants/x/?… HTTP/1.1" 303'),
        ("Error handling request /grants/x/?customerkey=5e7t", (), "Error handling request /grants/x/?…"),
        ("Not found: %s", ("/t/demo/",), "Not found: /t/demo/"),
        ("Really? Yes", (), "Really? Yes"),
        ("%(a)s", ({"a": 1},), "1"),
    ],
)
def test_what_stands_behind_a_question_mark_is_cut_off(text: str, arguments: tuple[object, ...], line: str) -> None:
    assert logged(text, *arguments) == line
