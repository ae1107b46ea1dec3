"""Every measured operator, by family."""

from . import addition, division, formats, functions, multiplication, order, polynomials, roots

__all__ = ["CASES"]

CASES = (*multiplication.CASES, *addition.CASES, *division.CASES, *roots.CASES, *functions.CASES, *polynomials.CASES,
         *order.CASES, *formats.CASES)
