"""The command line: click commands, and rendering with rich."""
