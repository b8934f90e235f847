"""The child: archive, enrolment, residence, and who reaches it."""
