"""Files that leave: how each is made, whose word it needs, and how it is kept until it is fetched."""
