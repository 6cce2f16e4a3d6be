"""A card of this device on the reader of a counter or a kiosk (`protocols.card_reader`)."""
