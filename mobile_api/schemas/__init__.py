"""What the services answer, as schemas: they write the cold answers, and describe all of them for OpenAPI."""
