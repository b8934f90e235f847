"""Once a year all classes of a school go one grade up: looked at first, done in one step, taken back as one."""
