"""Unpacking bitstreams of the iCE40 family, by what Project IceStorm says of their bits."""
