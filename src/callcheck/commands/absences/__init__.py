"""`callcheck absences`: one file per subcommand; `group` assembles them."""
