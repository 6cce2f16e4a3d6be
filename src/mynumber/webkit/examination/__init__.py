"""What every body that decides applications shares (審査): from arrival to the letter, its tables and its pages.

A body brings what is its own: links to its people and walls of its tables, its registers and its network, what it decides and what follows from it.
"""
