"""`callcheck demo`: a PBX that plays a recorded working day, and callcheck listening to it."""
