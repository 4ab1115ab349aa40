from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import TaskResult


class Immediate(ImmediateBackend):
    """Does at once what is left to the worker, and raises where that fails."""

    def _execute_task(self, task_result: TaskResult) -> None:
        super()._execute_task(task_result)
        assert not task_result.errors, task_result.errors[0].traceback
