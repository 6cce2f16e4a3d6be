"""Pages of the device. All are public: this is the holder's own screen, and what guards a card is its PIN."""
