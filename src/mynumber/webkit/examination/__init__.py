"""What every body that decides applications shares (審査): states, the form beside the facts, what the rule says, the notice, what case workers fill in.

Nothing here knows a table: a body brings its rows, its registers and its network, and keeps its own walls.
"""
