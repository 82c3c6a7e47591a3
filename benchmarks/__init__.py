"""What callcheck costs: events per CPU second, latency, memory, start-up. See README.md."""
