"""Who may ask what: API keys, their rates, sign-in to the pages, and the guard before every route."""
