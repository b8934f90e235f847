"""What changes the records of rights: each function says by whom, and leaves its trace."""
