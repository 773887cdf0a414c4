"""What becomes of an application, with reasons; and those who need not apply."""
