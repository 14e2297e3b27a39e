"""The audit trail: who asked what, when, why, and what they were told; kept so that nobody can change it unseen."""
