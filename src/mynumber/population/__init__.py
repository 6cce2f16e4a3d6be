"""The synthetic population that demonstrations and load tests run on. Nobody in it is real."""
