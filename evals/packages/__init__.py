"""Releases of real packages as git repositories with an environment each, made from their sdists when they are wanted."""
