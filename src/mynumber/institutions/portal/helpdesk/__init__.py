"""Help: support staff, questions, feedback."""
