"""Tasks and transfers: the work of arranging that somebody leaves, and of handing over."""

import re
from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.place.distributions import Distribution
from sim.place.fields import Name, NameByLocality, ReasonCode, Title
from sim.place.numbers import Duration, Share, Strict, YesNo, wrong
from sim.place.words import Body

PLAIN_KEYS = frozenset({"task", "reason", "body", "takes", "stands_in"})
"""The keys of time that passes for everybody, in its turn, and nothing else."""
StartRule = Literal["at admission", "when ready"]


class TaskStart(Strict):
    """When a task may start at the earliest."""

    rule: StartRule | None = Field(None, description="at admission, or when ready.")
    before_expected: Duration | None = Field(
        None, description="So long before the expected ready date."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        ahead = re.fullmatch(r"(\S+ \S+) before expected date", data.strip())
        if ahead:
            return {"before_expected": ahead[1]}
        if data not in ("at admission", "when ready"):
            raise wrong(
                f"{data[:60]!r} is not a start; allowed: at admission, when ready, or such as "
                "'2 days before expected date'"
            )
        return {"rule": data}

    @model_validator(mode="after")
    def _one_rule(self) -> "TaskStart":
        if (self.rule is None) == (self.before_expected is None):
            raise wrong("write one of rule and before_expected")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the words as well as the table."""
        words = {"type": "string", "examples": ["when ready", "2 days before expected date"]}
        return {"anyOf": [words, handler.resolve_ref_schema(handler(core_schema))]}


class Task(Strict):
    """One step of arranging or handing over: time that passes, or work that a team does."""

    task: Title = Field(description="What is done.")
    reason: ReasonCode = Field(description="The delay reason while it is not done.")
    body: Body | None = Field(
        None, description="Who answers for it (the reason's usual body, if left out)."
    )
    takes: Distribution | None = Field(
        None, description="Time from its start to its end, waits included; for a task of no team."
    )
    team: NameByLocality | None = Field(
        None, description="The team that does it; or one for each locality."
    )
    works_for: Distribution | None = Field(
        None, description="The team's working time on it; none for a panel's decision."
    )
    starts: TaskStart | None = Field(
        None,
        description="at admission, when ready, or such as '2 days before expected date'. Left "
        "out: when ready for a first task, and for others when those before it are done.",
    )
    after: tuple[Title, ...] | None = Field(
        None,
        description="The tasks that must be done first: [] for none, so that it goes on side by "
        "side with the others (the task before it, if left out).",
        strict=False,
        max_length=20,
    )
    only_for: tuple[Name, ...] = Field(
        (), description="The groups that need it (all, if left out).", strict=False, max_length=50
    )
    prob: Share = Field(Share(value=1.0), description="The chance that a person needs it at all.")
    trusted: Share = Field(
        Share(value=0.0),
        description="Share of people for whom the receiving side trusts the assessment that was "
        "made before, so that this one is not made.",
    )
    returned: Share = Field(
        Share(value=0.0),
        description="Chance, each time it is done, that the referral goes back for more "
        "information: an earlier task is then done again, and then this one.",
    )
    returns_to: Title | None = Field(
        None, description="The task that is done again (the one before it, if left out)."
    )
    repeats: Share = Field(
        Share(value=1.0), description="How much of the work is done again after a return."
    )
    valid_for: Duration | None = Field(
        None,
        description="How long it holds: if it was done longer than this before the person is "
        "ready, it is done again.",
    )
    stands_in: YesNo = Field(
        False,
        description="yes: the time stands in for the work of a team that is not modelled; the "
        "report says what share of the delay that is.",
    )

    @model_validator(mode="after")
    def _time_or_team(self) -> "Task":
        if (self.takes is None) == (self.team is None):
            raise wrong("write either takes (time that passes), or team (and works_for)")
        if self.team is None and self.works_for is not None:
            raise wrong("works_for goes with team; for time that passes, write takes")
        if self.team is not None and self.stands_in:
            raise wrong("stands_in goes with takes: a team's work stands for itself")
        if self.returned.value >= 1:
            raise wrong("returned must be below 1, or the task would never be done")
        for key in ("returns_to", "repeats"):
            if key in self.model_fields_set and not self.returned.value:
                raise wrong(f"{key} is used only with returned")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether it is time that passes for everybody, in its turn, and nothing else."""
        return self.model_fields_set <= PLAIN_KEYS


class Transfer(Strict):
    """What must be done for somebody to leave one setting for another, or for an exit.

    The tasks of arrange come first; when all are done, the wait for a space; then, with the next
    space held, the tasks of hand_over. The person keeps the first space until the end. Tasks are
    in order, unless they say otherwise. At any time the delay's reason is that of the first task
    in the list that is not done.
    """

    arrange: tuple[Task, ...] = Field(
        (), description="Tasks before the next place is asked for.", strict=False, max_length=50
    )
    hand_over: tuple[Task, ...] = Field(
        (), description="Tasks once the next place is sure.", strict=False, max_length=50
    )
    expected_date_error: Duration | None = Field(
        None,
        description="Standard deviation of the expected ready date, on which tasks that start "
        "before it go (exact, if left out).",
    )

    @property
    def is_plain(self) -> bool:
        """Whether its tasks need no clock of their own: their days only add up."""
        return all(task.is_plain for task in (*self.arrange, *self.hand_over))
