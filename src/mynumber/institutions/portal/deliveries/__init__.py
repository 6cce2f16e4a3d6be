"""Documents of private senders (民間送達): providers and senders, the resident's consents, documents that arrive, are checked, kept and used."""
