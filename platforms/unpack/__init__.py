"""The way back: from a packed bitstream to its logic, compared with the netlist that it was made from."""
