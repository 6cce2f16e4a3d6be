"""Cards in readers: a card file in pcscd's virtual reader (`vpcd`), and what lies in a PC/SC reader (`readers`).

Here and not in the foundation, because both speak to other processes.
"""
