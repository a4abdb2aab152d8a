"""Checkpoints in SQLite, in the order in which they were written.

LangGraph's own saver takes the largest id for the newest checkpoint, and ids are made from the time of day: where the clock
was set back between a kill and `resume`, it would go back to an old one again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph.checkpoint.sqlite import SqliteSaver

from workspaces.faults import Effect, effect

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple

NEWEST = "SELECT checkpoint_id FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? ORDER BY rowid DESC LIMIT 1"


class Saver(SqliteSaver):
    """A SqliteSaver that no clock can confuse."""

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that was asked for, or the one that was written last."""
        asked = config["configurable"]
        if not asked.get("checkpoint_id"):
            names = (str(asked["thread_id"]), asked.get("checkpoint_ns", ""))
            with self.cursor(transaction=False) as cursor:
                found = cursor.execute(NEWEST, names).fetchone()
            if found is None:
                return None
            config = {"configurable": {**asked, "checkpoint_id": found[0]}}
        return super().get_tuple(config)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        with effect(Effect.CHECKPOINT):
            return super().put(config, checkpoint, metadata, new_versions)
