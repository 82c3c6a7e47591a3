"""What protects the program from its HTTP clients: bounds on bodies, heads and connections."""
