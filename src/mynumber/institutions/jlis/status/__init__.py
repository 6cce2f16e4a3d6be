"""Online status of certificates (OCSP), time-stamps, and the publication of lists and CA certificates (公的個人認証法 art. 18, 37)."""
