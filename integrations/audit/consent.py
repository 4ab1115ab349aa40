"""What proves that contacts could be written to, or no more: entries of the log that teams may keep longer."""

from typing import Final

from django.db.models import Q

from integrations.operations import OPERATIONS

OPERATIONS_THAT_PROVE: Final = sorted(name for name, known in OPERATIONS.items() if known.proves_consent)
SENTENCES_THAT_PROVE: Final = ("contacts.add_settled", "suppression.added", "suppression.removed")
"""The keys of sentences, as the rooms that have them stand above the log."""

PROVES: Final = Q(operation__in=OPERATIONS_THAT_PROVE) | Q(sentence__in=SENTENCES_THAT_PROVE)


def proves(row: str) -> str:
    """`PROVES` of an entry in SQL, for the database's own guard."""
    return (
        f"({row}.operation IN ({_texts(OPERATIONS_THAT_PROVE)}) OR {row}.sentence IN ({_texts(SENTENCES_THAT_PROVE)}))"
    )


def _texts(values: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
