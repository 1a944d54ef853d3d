"""Results that are equal to the bit, and errors of one class and text."""

from collections.abc import Callable

import numpy as np
import pytest


def same(drawn, expected):
    """Equal to the bit, dtype and shape included."""
    drawn, expected = np.asarray(drawn), np.asarray(expected)
    assert drawn.dtype == expected.dtype
    assert drawn.shape == expected.shape
    assert drawn.tobytes() == expected.tobytes()


def same_error(compiled: Callable, interpreted: Callable):
    """Both raise, what they raise is of one class, and says the same."""
    with pytest.raises((ValueError, TypeError, OverflowError)) as expected:
        interpreted()
    with pytest.raises(type(expected.value)) as raised:
        compiled()
    assert str(raised.value) == str(expected.value)
