"""What is deployed around callcheck, each checked by the program that reads it."""
