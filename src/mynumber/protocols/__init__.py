"""The messages between institutions: the only language they share.

One module a protocol. Each lists its :class:`~mynumber.protocols.message.Message` constants: a name with a version, the type of the
question, the type of the answer, and whether both travel sealed. :mod:`~mynumber.protocols.wire` sends and receives them.
"""
