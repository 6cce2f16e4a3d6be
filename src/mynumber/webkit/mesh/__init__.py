"""A member's own end of the mesh: what it announces, and what it hears. List `mynumber.webkit.mesh` in the apps of an institution."""
