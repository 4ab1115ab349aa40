"""The catalogue of codes against the tables of the reference."""

import pytest

from integrations.klicktipp import OPERATIONS, Problem, problem_of
from tests.facts import CODES, DETAILS, meaning


@pytest.mark.parametrize("code", [*CODES, 3, 999])
def test_a_code_means_for_each_operation_what_the_table_says(code: int) -> None:
    assert {name: str(problem_of(name, code)) for name in OPERATIONS} == {
        name: meaning(name, code) or "unknown_code" for name in OPERATIONS
    }


@pytest.mark.parametrize(("detail", "problem"), [*DETAILS.items(), (99, "update_failed"), (None, "update_failed")])
@pytest.mark.parametrize("operation", ["add_or_update_contact", "update_contact"])
def test_code_10_is_explained_by_its_detail(operation: str, detail: int | None, problem: str) -> None:
    assert problem_of(operation, 10, detail) == problem


def test_a_rejection_without_a_code_means_what_the_operation_is_refused_for() -> None:
    meant = {
        "create_tag": Problem.TAG_NOT_SAVED,
        "update_tag": Problem.TAG_NOT_SAVED,
        "delete_tag": Problem.IN_USE,
        "get_contact": Problem.CONTACT_NOT_FOUND,
        "update_contact": Problem.CONTACT_NOT_FOUND,
        "delete_contact": Problem.CONTACT_NOT_FOUND,
        "unsubscribe_contact": Problem.EMAIL_NOT_FOUND,
    }
    for operation in OPERATIONS:
        assert problem_of(operation, None) is meant.get(operation, Problem.REFUSED), operation
