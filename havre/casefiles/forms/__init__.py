"""Forms of the app, a file each subject."""
