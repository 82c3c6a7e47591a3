"""What keeps a running callcheck going: its tasks, its HTTP port, its store."""
