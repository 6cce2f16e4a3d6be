"""The counter for cards (Act art. 17): applications on behalf of residents, cards that arrived, hand-over, PINs, renewal, changes, loss and return; and
the kiosk. The municipality identifies the holder; J-LIS makes and signs; the card is with its holder.
"""
