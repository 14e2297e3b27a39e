"""The copy that a node keeps of a store in Elasticsearch, in a file of the embedded store's form."""
