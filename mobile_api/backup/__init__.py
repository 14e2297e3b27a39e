"""Backup and restore of what a node keeps and nobody else has: keys, accounts, secrets, the audit trail."""
