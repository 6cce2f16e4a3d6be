"""The public face of J-LIS."""
