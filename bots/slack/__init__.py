"""Slack: where agents live, and the shared channels in which customers write."""
