"""The domain: what the registry's records and the law say about a plate, a document or a person.

Imports neither the indexer nor the API; knows no Flask and opens no socket.
"""
