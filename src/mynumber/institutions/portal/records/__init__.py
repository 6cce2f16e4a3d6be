"""やりとり履歴: the exchanges about the signed-in person, asked from the network each time and kept nowhere here."""
