"""How much of each rule is used, counted from the edits' rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import ADMITTED, NOT_COUNTED, Edit, Waste
from bot.core.limits import HELD, LONGEST_HOLD, Counts, Limits, Rule, Scope, Usage, usage
from bot.core.stages import EditState
from bot.storage.own_limits import limits_for
from bot.storage.tables import EDITS


@dataclass(frozen=True, slots=True)
class Counted:
    """What the rules count for a person in a chat at the moment `now`, for whom `wanted` edits of this
    `operation` are asked.

    Held edits count as promised places: all of them, or those that came before `held_before`.
    """

    chat_id: int
    person_id: int
    limits: Limits
    now: datetime
    operation: str | None = None
    held_before: Edit | None = None
    wanted: int = 1

    @property
    def locked(self) -> tuple[int, ...]:
        """The chats' rows that make admissions come one by one: a rule for everybody has the row 0."""
        has_all = any(rule.scope is Scope.DEPLOYMENT for rule in self.limits.rules)
        return (self.chat_id, self.person_id, *((0,) if has_all else ()))

    async def usages(self, connection: AsyncConnection) -> tuple[Usage, list[Usage]]:
        """The person's held edits, and each rule that applies."""
        limits = await limits_for(connection, self.limits, self.chat_id, self.person_id)
        holds = (await connection.execute(self._holds())).all()
        held = usage(HELD, [row.created_at for row in holds if row.requester_id == self.person_id], self.now)
        return held, [await self._usage(connection, rule, holds) for rule in limits.of(self.person_id)]

    async def _usage(
        self, connection: AsyncConnection, rule: Rule, holds: Sequence[Row[tuple[int, int, datetime]]]
    ) -> Usage:
        each = self.limits.needed(self.operation) if rule.counts is Counts.PAID else 1
        counted, held = await self._counted(connection, rule), self._held_of(rule, holds)
        return usage(rule, counted, self.now, held, self.wanted, each)

    async def _counted(self, connection: AsyncConnection, rule: Rule) -> Sequence[datetime]:
        """The creation times of the edits that a rule counts now; those in a window oldest first."""
        if rule.counts is Counts.PAID:
            return await self._paid(connection, rule)
        query = select(EDITS.c.created_at).where(
            self._is_in(rule.scope), EDITS.c.requester_id.not_in(self.limits.exempt)
        )
        if rule.window is None:  # in any order: sorted, all edits of the chat would be read for it
            query = query.where(EDITS.c.state.in_(ADMITTED))
        else:
            is_counted = or_(EDITS.c.state.not_in(NOT_COUNTED), EDITS.c.waste == Waste.CHARGED)
            is_inside = EDITS.c.created_at > self.now - rule.window
            query = query.where(is_inside, is_counted, ~EDITS.c.is_late).order_by(EDITS.c.created_at)
        return (await connection.scalars(query)).all()

    async def _paid(self, connection: AsyncConnection, rule: Rule) -> Sequence[datetime]:
        """One for each unit that was paid in the window, or that an edit under way may yet cost."""
        since, limits = self.now - (rule.window or timedelta(0)), self.limits
        query = select(EDITS.c.created_at, EDITS.c.state, EDITS.c.credits, EDITS.c.operation).where(
            EDITS.c.created_at > since
        )
        rows = (await connection.execute(query.order_by(EDITS.c.created_at))).all()
        reserved = [limits.needed(row.operation) if row.state in ADMITTED else 0 for row in rows]
        return [
            row.created_at
            for row, least in zip(rows, reserved, strict=True)
            for _ in range(max(limits.units(row.credits), least))
        ]

    def _is_in(self, scope: Scope) -> ColumnElement[bool]:
        match scope:
            case Scope.CHAT:
                return EDITS.c.chat_id == self.chat_id
            case Scope.PERSON:
                return EDITS.c.requester_id == self.person_id
            case Scope.DEPLOYMENT:
                return true()

    def _holds(self) -> Select[tuple[int, int, datetime]]:
        """The held edits of the chat and of the person, each found by an index of its own."""
        is_held = EDITS.c.state == EditState.HELD
        is_recent = EDITS.c.created_at > self.now - 2 * LONGEST_HOLD
        of_chat = and_(self._is_in(Scope.CHAT), is_held)
        of_person = and_(self._is_in(Scope.PERSON), is_recent, is_held)
        mine = self.held_before
        comes_before = (
            true()
            if mine is None
            else and_(
                tuple_(EDITS.c.created_at, EDITS.c.id) < tuple_(mine.created_at, mine.id),
                EDITS.c.update_id != mine.request.update_id,
            )
        )
        return (
            select(EDITS.c.chat_id, EDITS.c.requester_id, EDITS.c.created_at)
            .where(or_(of_chat, of_person), comes_before)
            .order_by(EDITS.c.created_at)
        )

    def _held_of(self, rule: Rule, holds: Sequence[Row[tuple[int, int, datetime]]]) -> int:
        if rule.window is None:
            return 0
        match rule.scope:
            case Scope.CHAT:
                return sum(row.chat_id == self.chat_id for row in holds)
            case Scope.PERSON:
                return sum(row.requester_id == self.person_id for row in holds)
            case Scope.DEPLOYMENT:  # a held edit waits for a chat's or person's place, not for money
                return 0


async def waste_of(connection: AsyncConnection, ended: Edit, limits: Limits) -> Waste | None:
    """What becomes of the place of an edit that was paid for in vain; None where no rule counts it."""
    if limits.longest_window is None:
        return None
    forgiven = (
        select(func.count())
        .select_from(EDITS)
        .where(
            EDITS.c.requester_id == ended.request.requester_id,
            EDITS.c.created_at > ended.created_at - limits.longest_window,
            EDITS.c.waste == Waste.FORGIVEN,
        )
    )
    is_forgiven = (await connection.execute(forgiven)).scalar_one() < limits.forgiven
    return Waste.FORGIVEN if is_forgiven else Waste.CHARGED
