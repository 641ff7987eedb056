"""The time that servers put on lines (`time=2026-11-23T13:45:01.123Z`). Pure."""

from datetime import datetime

LONGEST = 40


def server_time(text: str) -> float | None:
    """Unix seconds; None for what is no time, or names no zone."""
    if not text or len(text) > LONGEST:
        return None
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return None
    return then.timestamp() if then.tzinfo is not None else None
