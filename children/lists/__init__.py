"""Lists of children: what people keep of them, and what they do to many children at once."""
