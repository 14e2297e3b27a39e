"""JSON as the service writes it: UTF-8 text without blanks.

Decides the form only. One encoder is made once: making one costs as much as writing a small document.
"""

import json

written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Write a document as JSON text. Raises `TypeError` for what JSON cannot hold."""
