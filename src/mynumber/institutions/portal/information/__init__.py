"""What institutions hold about the resident (わたしの情報)."""
