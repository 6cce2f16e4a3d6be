"""The commands of `mynumber`, a module a group."""
