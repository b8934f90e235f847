"""One child, one archive: pairs that may be the same child, merging them field by field, and taking a merge back."""
