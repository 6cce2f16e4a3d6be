"""Life events (ライフイベント): everything due when one moves, has a child or loses somebody, filled in and signed at once."""
