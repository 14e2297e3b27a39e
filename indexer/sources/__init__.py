"""Where an extract comes from: a directory of CSV files, or an invented registry."""
