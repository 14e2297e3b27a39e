"""A store in Elasticsearch, shared by several nodes: read directly, written by the indexer, followed by replicas."""
