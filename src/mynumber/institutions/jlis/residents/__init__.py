"""The residents network (住民基本台帳ネットワーク): who is registered where, with which numbers, and who looked them up."""
