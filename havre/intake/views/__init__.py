"""Pages of intake: each translates one query or one service into one answer."""
