"""Damaged and odd streams, written by us, through the vendors' clients and ours."""
