"""Boards, toolchains, bitstreams and their reports.

``platforms.build(component, board="icebreaker")`` builds any component; ``python -m platforms build`` builds the default design.
"""

from .job import build

__all__ = ["build"]
