"""Every component of the face in every state, with made-up words: for who builds pages, and for the tests. Mounted where a face includes `urls`."""
