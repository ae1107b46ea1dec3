import re

import pytest

from gateware.step.target import TARGETS, target_of


def test_targets_are_found_by_name():
    assert {name: target_of(name).factor for name in TARGETS} == {"ice40": 16, "ecp5": 18}


def test_an_unknown_target_is_refused():
    with pytest.raises(ValueError, match=re.escape("Pipeline target must be one of ice40, ecp5, not 'xc7'")):
        target_of("xc7")
