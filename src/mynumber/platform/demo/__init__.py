"""`mynumber demo`: the story of the child-rearing allowance, played on the running platform through its pages."""
