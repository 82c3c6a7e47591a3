"""What rules judge by: findings, scope, ring cadence, opening hours, who is who, service levels."""
