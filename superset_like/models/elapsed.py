"""Time spans as people say them."""

from datetime import timedelta

UNITS = (("year", 365 * 86400), ("month", 30 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60))


def humanized(span: timedelta) -> str:
    """How long ago: `now`, `a minute ago`, `3 hours ago`; a span in the future counts as now."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "now"
    if seconds < 60:
        return "a second ago" if seconds == 1 else f"{seconds} seconds ago"
    for unit, length in UNITS:
        count = seconds // length
        if count == 1:
            return f"{'an' if unit == 'hour' else 'a'} {unit} ago"
        if count > 1:
            return f"{count} {unit}s ago"
    return "now"
