"""What is put on a board."""
