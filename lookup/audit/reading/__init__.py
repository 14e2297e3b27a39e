"""The trail as it is read: as one stream, by filters, by one lookup, as a report."""
