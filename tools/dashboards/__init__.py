"""What people see, as code: `python -m tools.dashboards` writes the JSON in dashboards/."""
