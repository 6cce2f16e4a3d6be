"""Documents of private senders (民間送達)."""
