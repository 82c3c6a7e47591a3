"""What rules judge by: findings, scope, ring cadence, opening hours, people, service levels."""
