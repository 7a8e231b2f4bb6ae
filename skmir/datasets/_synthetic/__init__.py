"""Seeded synthetic music."""
