"""決済代行: the payment agent that takes cards, and plays the banks of Pay-easy. A simulation: no money moves."""
