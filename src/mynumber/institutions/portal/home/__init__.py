"""Where a resident starts: what there is to do, what is under way, what is new."""
