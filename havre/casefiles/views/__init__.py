"""The pages of the app, a file each subject."""
