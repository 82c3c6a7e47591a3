"""The demo: a PBX that plays a recorded working day, and what callcheck needs to listen to it."""
