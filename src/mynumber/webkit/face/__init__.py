"""The shared face of all institutions: who is speaking, words, figures, refusals and the context of each page."""
