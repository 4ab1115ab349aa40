"""Notes, checkpoints and proofs are written as C2SP says, and nothing else is read as one."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from integrations.audit.proof.formats import Head, Inclusion, NotAProof, TileName, growth
from integrations.audit.proof.notes import Key, NotANote, NotSigned, open_note, sign, text_of

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
"""Of https://c2sp.org/signed-note."""
PUBLIC = Ed25519PublicKey.from_public_bytes(b64decode(EXAMPLE_KEY.rpartition("+")[2])[1:])

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "portal.example.com/log/7/3"
KEY = Key(ORIGIN, PRIVATE.public_key())
HASH = bytes(range(32))
CHECKPOINT = sign(Head(ORIGIN, 5, HASH).text, ORIGIN, PRIVATE)


def test_the_example_of_the_standard_is_read() -> None:
    key = Key("example.com/foo", PUBLIC)
    assert key.vkey == EXAMPLE_KEY
    assert open_note(EXAMPLE, [key]) == "This is an example message.\n"
    assert text_of(EXAMPLE) == "This is an example message.\n"


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    text, signature = CHECKPOINT.split("\n\n")
    assert text == f"{ORIGIN}\n5\n{b64encode(HASH).decode()}"
    assert signature.startswith(f"— {ORIGIN} ")
    assert Head.of(CHECKPOINT) == Head(ORIGIN, 5, HASH)
    assert open_note(CHECKPOINT, [KEY]).encode() == f"{text}\n".encode()


def test_other_signatures_are_ignored_and_wrong_ones_are_not() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    by_witness = sign(Head(ORIGIN, 5, HASH).text, "witness.example", other).rpartition("\n\n")[2]
    assert open_note(CHECKPOINT + by_witness, [KEY])
    for note, keys in (
        (CHECKPOINT, []),
        (CHECKPOINT, [Key(ORIGIN, other.public_key())]),
        (CHECKPOINT, [Key("portal.example.com/log/7/4", PRIVATE.public_key())]),
        (CHECKPOINT.replace("\n5\n", "\n6\n"), [KEY]),
    ):
        with pytest.raises(NotSigned):
            open_note(note, keys)


NOT_NOTES = [
    "",
    "text",
    "text\n\n",
    "text\n\nsignature\n",
    CHECKPOINT[:-1],
    CHECKPOINT + "\n",
    CHECKPOINT.replace("— ", "- "),
    CHECKPOINT.replace(f"— {ORIGIN}", f"— {ORIGIN} x"),
    CHECKPOINT.replace("\n5\n", "\n5\t\n"),
    CHECKPOINT.replace("\n", "\r\n"),
    f"text\n\n— {ORIGIN} AAAA\n",
    f"text\n\n— {ORIGIN} AAAAB===\n",
    "text\n\n" + f"— {ORIGIN} AAAAAAAA\n" * 101,
]


@pytest.mark.parametrize("note", NOT_NOTES)
def test_what_is_no_note_is_told(note: str) -> None:
    with pytest.raises(NotANote):
        text_of(note)
    with pytest.raises(NotAProof):
        Head.of(note)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n05\n{b64encode(HASH).decode()}\n",
        f"{ORIGIN}\n-5\n{b64encode(HASH).decode()}\n",
        f"{ORIGIN}\n٥\n{b64encode(HASH).decode()}\n",
        f"{ORIGIN}\n{10**30}\n{b64encode(HASH).decode()}\n",
        f"{ORIGIN}\n5\n{b64encode(HASH[1:]).decode()}\n",
        f"\n5\n{b64encode(HASH).decode()}\n",
    ],
)
def test_a_note_that_is_no_checkpoint_is_told(text: str) -> None:
    with pytest.raises(NotAProof):
        Head.of(sign(text, ORIGIN, PRIVATE))


def test_a_proof_is_read_as_it_was_written() -> None:
    for hashes in ((), (HASH,), (HASH,) * 24):
        proof = Inclusion(73894, hashes, CHECKPOINT)
        assert Inclusion.of(proof.text) == proof
        lines = proof.text.split("\n")
        assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 73894"]
        assert proof.text.endswith(f"\n\n{CHECKPOINT}")
    with_extra = Inclusion(1, (HASH,), CHECKPOINT).text.replace("\nindex", "\nextra YWdl\nindex")
    assert Inclusion.of(with_extra).index == 1
    assert growth(3, [HASH], CHECKPOINT) == f"old 3\n{b64encode(HASH).decode()}\n\n{CHECKPOINT}"


GOOD = Inclusion(3, (HASH,), CHECKPOINT).text


@pytest.mark.parametrize(
    "text",
    [
        "",
        CHECKPOINT,
        GOOD.replace("@v1", "@v2"),
        GOOD.replace("index 3", "index 03"),
        GOOD.replace("index 3", "index"),
        GOOD.replace("index 3\n", ""),
        GOOD.replace(b64encode(HASH).decode(), "AAAA"),
        GOOD.replace(f"{b64encode(HASH).decode()}\n", "AAAA" * 11 + "\n", 1),
        Inclusion(3, (HASH,) * 64, CHECKPOINT).text,
    ],
)
def test_what_is_no_proof_is_told(text: str) -> None:
    with pytest.raises(NotAProof):
        Inclusion.of(text)


@given(st.text() | st.text(alphabet="\n— index05=Ac2sp.org/tlog-proof@v1"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (Head.of, Inclusion.of):
        with pytest.raises(NotAProof):
            read(f"{text}\n")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 0), "0/000"),
        (TileName(0, 273, 112), "0/273.p/112"),
        (TileName(1, 1234067), "1/x001/x234/067"),
        (TileName(63, 1000, 1), "63/x001/000.p/1"),
        (TileName(None, 999), "entries/999"),
        (TileName(None, 1000, 5), "entries/x001/000.p/5"),
    ],
)
def test_tiles_have_the_paths_of_the_standard(name: TileName, path: str) -> None:
    assert name.path == path
    assert TileName.of(path) == name


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0/0",
        "00/000",
        "64/000",
        "0/x000/001",
        "0/001.p/0",
        "0/001.p/256",
        "0/001.p/01",
        "-1/000",
        "0/../1",
        "0/٠٠٠",
        "entries",
        "data/000",
        "0/" + "x999/" * 9 + "999",
        "0/000/",
    ],
)
def test_other_paths_name_no_tile(path: str) -> None:
    assert TileName.of(path) is None
