"""The clock: tasks that call the steps in time, and decide nothing."""
