"""Representation (代理権): claims of parents and guardians that a clerk confirms, and by what right applications are filed for another."""
