"""The shims of deltawire: what feeds it bytes."""
