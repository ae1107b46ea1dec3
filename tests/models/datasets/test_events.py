import numpy as np
import pytest

from models.datasets import Recording, count_events

RECORDING = Recording(np.array([0.0, 0.0999, 0.1, 0.25, 0.31]), np.array([0, 0, 5, 3, 1]))


def test_events_are_counted_in_their_time_step():
    counts = count_events(RECORDING, (2, 3), time_steps=3, duration=0.3)
    assert counts.shape == (3, 2, 3) and counts.dtype == np.uint16
    assert counts.sum() == 4  # the last one is too late
    assert (counts[0, 0, 0], counts[1, 1, 2], counts[2, 1, 0]) == (2, 1, 1)


def test_a_recording_without_events_is_silent():
    assert not count_events(Recording(np.empty(0), np.empty(0, np.int64)), (4,), time_steps=2, duration=1.0).any()


@pytest.mark.parametrize("recording, options, message", [
    (RECORDING, {"time_steps": 0, "duration": 1.0}, "time_steps of at least 1 and a positive duration, not 0 and 1.0"),
    (RECORDING, {"time_steps": 1, "duration": 0.0}, "not 1 and 0.0"),
    (Recording(np.zeros(1), np.array([6])), {"time_steps": 1, "duration": 1.0}, "recording units must be between 0 and 5, not 6 to 6"),
    (Recording(np.array([-0.1]), np.array([0])), {"time_steps": 1, "duration": 1.0}, "recording times must be 0 or later, not -0.1")])
def test_what_cannot_be_counted_is_refused(recording, options, message):
    with pytest.raises(ValueError, match=message):
        count_events(recording, (2, 3), **options)
