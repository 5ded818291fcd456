"""The declarations, a file each chapter."""
