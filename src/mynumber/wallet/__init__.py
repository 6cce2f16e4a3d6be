"""The resident's device (住民の端末): holds cards, asks for the PIN, signs sign-in statements. Not an institution."""
