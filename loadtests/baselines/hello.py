"""The smallest Flask application: one route, a dozen bytes. What a lookup is measured against."""

from flask import Flask


def create_app() -> Flask:
    """Make the application."""
    app = Flask("hello")

    @app.get("/")
    def hello() -> str:
        return "Hello, World!"

    return app
