"""The making of cards (Act art. 16-2): applications with their photos, the production queue, delivery to municipalities, and the loss desk.

What a card and its certificates are once they are made is `jlis.certification`'s.
"""
