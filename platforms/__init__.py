"""Boards, tools and bitstreams."""
