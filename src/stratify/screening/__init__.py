"""Scoring candidate patients with a kept model."""
