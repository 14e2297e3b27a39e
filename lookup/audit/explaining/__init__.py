"""An old answer derived again, from the records as they were."""
