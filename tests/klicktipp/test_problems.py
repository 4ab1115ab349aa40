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


def test_a_rejection_without_a_code_is_unknown() -> None:
    assert problem_of("get_tag", None) is Problem.UNKNOWN_CODE
