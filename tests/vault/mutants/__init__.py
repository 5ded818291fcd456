"""What is taken out of the sources, one mechanism at a time, to see that a test fails: `python -m tests.vault.mutants`."""
