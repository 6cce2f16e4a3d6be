"""民間送達サービス: a private firm that delivers documents of its senders (a life insurer, a bank) to the portals of their customers."""
