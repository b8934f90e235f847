"""The work for one child: mentors and pairings, contacts, and what is due."""
