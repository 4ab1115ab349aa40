"""PHP's serialize format, which KlickTipp's old PHP wrapper asks for."""

import re
from typing import Any

MEDIA_TYPE = "application/vnd.php.serialized"
_ARRAY_INDEX = re.compile(r"0|-?[1-9][0-9]{0,17}")


def serialize(value: Any) -> bytes:
    """A value of JSON as PHP writes it; an object becomes an array, whose keys that read like numbers are numbers."""
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int):
        return b"i:%d;" % value
    if isinstance(value, float):
        return f"d:{value!r};".encode()
    if isinstance(value, str):
        text = value.encode("utf-8", "replace")
        return b's:%d:"%s";' % (len(text), text)
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return b"a:%d:{%s}" % (len(value), b"".join(_key(key) + serialize(inner) for key, inner in pairs))


def _key(key: int | str) -> bytes:
    is_index = isinstance(key, int) or _ARRAY_INDEX.fullmatch(key)
    return serialize(int(key)) if is_index else serialize(key)
