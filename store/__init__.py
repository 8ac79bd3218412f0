"""The store remembers: people, tickets, messages, promises and clocks, on SQLite or PostgreSQL."""
