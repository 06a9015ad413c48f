"""What a person sees while a turn runs: a step per tool, its progress, the answer's words as they come."""

import time

import chainlit as cl
from chainlit.context import context

from chat_ui.rendering import progress_line, step_name
from graph.desk import Progress

PAUSE = 0.5  # seconds between two progress updates


class Live:
    """Listens to one turn. Late news about a step that has ended is dropped."""

    def __init__(self) -> None:
        self._parent = context.current_run.id if context.current_run else None
        self._step: cl.Step | None = None
        self._name = ""
        self._last = 0.0
        self._tasks = cl.TaskList()
        self._listed = False
        self._answer: cl.Message | None = None

    async def emit(self, progress: Progress) -> None:
        """Take one piece of news."""
        match progress.kind:
            case "step":
                await self._begin(progress.text)
            case "progress":
                await self._move_on(progress)
            case "done":
                await self._end()
            case "token":
                await self._word(progress.text)

    async def _begin(self, tool: str) -> None:
        await self._end()
        self._name = step_name(tool)
        self._step = cl.Step(name=self._name, type="tool", show_input=False, parent_id=self._parent)
        self._step.start = cl.utils.utc_now()
        await self._step.send()
        await self._tasks.add_task(
            cl.Task(title=self._name, status=cl.TaskStatus.RUNNING, forId=self._step.id)
        )
        # one step tells its own progress; a list helps from the second on
        if len(self._tasks.tasks) > 1:
            self._listed = True
            await self._show_tasks()

    async def _move_on(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._step is None or now - self._last < PAUSE:
            return
        self._last = now
        self._step.name = progress_line(self._name, progress.text, progress.done, progress.total)
        # to the page only: a row is written when the step ends
        await context.emitter.update_step(self._step.to_dict())

    async def _end(self, status: cl.TaskStatus = cl.TaskStatus.DONE) -> None:
        step, self._step = self._step, None
        if step is None:
            return
        step.name = self._name
        step.end = cl.utils.utc_now()
        step.is_error = status is cl.TaskStatus.FAILED
        await step.update()
        self._tasks.tasks[-1].status = status
        if self._listed:
            await self._show_tasks()

    async def _show_tasks(self) -> None:
        self._tasks.status = "Working" if self._step else "Done"
        await self._tasks.send()

    async def _word(self, token: str) -> None:
        if self._answer is None:
            if not token.strip():
                return
            self._answer = cl.Message("")
        await self._answer.stream_token(token)

    async def finish(self, text: str, *, failed: bool = False) -> None:
        """Put the whole answer in place of its streamed words, and end what is open."""
        await self._end(cl.TaskStatus.FAILED if failed else cl.TaskStatus.DONE)
        answer = self._answer or cl.Message("")
        answer.content = text
        answer.is_error = failed
        # send(), not update(): only send() gives the stored message its time
        await answer.send()
        await self.clear()

    async def clear(self) -> None:
        """Take the task list away and close an open step, e.g. when the person pressed stop."""
        await self._end(cl.TaskStatus.FAILED)
        if self._listed:
            self._listed = False
            await self._tasks.remove()
