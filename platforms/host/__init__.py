"""The host's side of the board protocol: frames over a serial line, or over the simulated one of the same RTL."""
