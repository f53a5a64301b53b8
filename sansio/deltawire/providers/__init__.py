"""Payloads to events: a module for every provider's schema."""
