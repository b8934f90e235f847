"""The way of an archive from one office to another: proposed or asked for, accepted, returned or withdrawn; and opened
in an emergency by an office that has no road to the child."""
