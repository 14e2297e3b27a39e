"""How a process of a service serves its connections, under gunicorn."""
