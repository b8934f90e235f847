"""What people type about contacts, pairings and rules."""
