"""Text and time as other tools read them: nothing that could be a formula, no half characters."""

import re
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML and spreadsheets have no place for."""
A_FORMULA = re.compile(r"^\s*[=+\-@]|^[\t\r\n]")
"""How a text begins that Excel would take for a formula."""


def plain(text: str) -> str:
    """A text without control characters and halves of characters.

    >>> plain("a\\x00b")
    'a\\ufffdb'
    """
    return NOT_TEXT.sub("\ufffd", text)


def guarded(text: str) -> str:
    """A text that a spreadsheet takes for text: an apostrophe before what begins like a formula.

    >>> guarded("=1+1"), guarded("ward 3")
    ("'=1+1", 'ward 3')
    """
    text = plain(text)
    return f"'{text}" if A_FORMULA.match(text) else text


MICROSECONDS = 86_400_000_000


def instants(start: date, days: pd.Series | NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Days since a start date as date-times, to the microsecond; NaN becomes 'not a time'."""
    numbers = np.asarray(days, dtype=np.float64)
    known = np.isfinite(numbers)
    after = np.rint(np.where(known, numbers, 0.0) * MICROSECONDS).astype("timedelta64[us]")
    found = np.datetime64(start, "us") + after
    found[~known] = np.datetime64("NaT")
    return np.asarray(found)


def clock_texts(
    times: NDArray[Any], unit: Literal["D", "s", "ms"] = "s", between: str = " "
) -> list[str]:
    """Date-times as ISO 8601 text, to the day, second or millisecond that has begun.

    Empty for 'not a time'.

    >>> clock_texts(np.array(["2025-04-07T09:30:00.6"], dtype="datetime64[us]"))
    ['2025-04-07 09:30:00']
    """
    texts = np.datetime_as_string(times.astype(f"datetime64[{unit}]"), unit=unit).tolist()
    return ["" if text == "NaT" else text.replace("T", between) for text in texts]
