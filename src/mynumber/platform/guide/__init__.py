"""The landing page at localhost:8000: what this model is, how to try it by hand, who is in it and what happens where."""
