"""The HTTP services: the lookup API with its roadside page, and the console API."""
