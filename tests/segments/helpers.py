from __future__ import annotations

from typing import Any

Part = dict[str, str] | tuple[str, list[Any]]


def has(tag: object, **further: str) -> dict[str, str]:
    """A condition as its controls send it."""
    return {"tag": str(tag), "lacks": "", "when": "", "day": "", "days": "", **further}


def sent(*parts: Part, of: str = "all", **further: Any) -> dict[str, Any]:
    """What the page of a rule sends; a tuple is a group: how many must apply, and its parts."""
    data: dict[str, Any] = {"of": of, "part": [], **further}
    _add(data, "", parts)
    return data


def _add(data: dict[str, Any], above: str, parts: Any) -> None:
    for place, part in enumerate(parts):
        path = f"{above}.{place}".lstrip(".")
        if isinstance(part, dict):
            data["part"].append(path)
            data |= {f"c{path}-{name}": text for name, text in part.items()}
        else:
            data["part"].append(f"{path}/")
            data[f"g{path}-of"] = part[0]
            _add(data, path, part[1])
