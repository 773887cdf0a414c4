"""The tables of a journal, and the steps by which an older journal comes to have them.

What a terminal may never lose (`entries`, `payments`, `refunds`, `closings`) can only grow: triggers refuse anything
else. All the rest can be fetched again or, as how an ask ended (`ends`), asked again, and lies in tables of its own.
A step may say that programs of the version before go on with such a journal, so that a terminal can return to them: it
adds tables and indices then, changes nothing that was there, and does without what such a program does not write.
The bounds of every value stand in its table; SQLite does not check them in a file that is only read, so `tables` holds
every value to them once more.
"""

from collections.abc import Mapping

_JOURNAL = """
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    chain_id INTEGER NOT NULL CHECK (chain_id > 0),
    contract BLOB NOT NULL CHECK (length(contract) = 20),
    terminal BLOB NOT NULL CHECK (length(terminal) = 20)
) STRICT;

CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY CHECK (sequence BETWEEN 1 AND 4294967295),
    entry BLOB NOT NULL CHECK (length(entry) BETWEEN 2 AND 256),
    head BLOB NOT NULL CHECK (length(head) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE TABLE payments (
    sequence INTEGER PRIMARY KEY REFERENCES entries (sequence),
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 4294967295),
    time INTEGER NOT NULL CHECK (time BETWEEN 0 AND 1099511627775),
    bound INTEGER NOT NULL CHECK (bound BETWEEN 0 AND 1099511627775)
) STRICT;

CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
BEGIN SELECT raise(ABORT, 'an entry out of order'); END;
CREATE TRIGGER payments_in_order BEFORE INSERT ON payments
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM payments)
BEGIN SELECT raise(ABORT, 'a payment out of order'); END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER entries_last BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER payments_stay BEFORE UPDATE ON payments BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER payments_last BEFORE DELETE ON payments BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER identity_stays BEFORE UPDATE ON identity BEGIN SELECT raise(ABORT, 'the owner stays'); END;
CREATE TRIGGER identity_lasts BEFORE DELETE ON identity BEGIN SELECT raise(ABORT, 'the owner stays'); END;
"""

_PROGRESS = """
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    starts INTEGER NOT NULL DEFAULT 0,
    faults INTEGER NOT NULL DEFAULT 0,
    forwarded INTEGER NOT NULL DEFAULT 0 CHECK (forwarded BETWEEN 0 AND 4294967295),
    bound INTEGER NOT NULL DEFAULT 0 CHECK (bound BETWEEN 0 AND 1099511627775),
    flush_attempts INTEGER NOT NULL DEFAULT 0 CHECK (flush_attempts BETWEEN 0 AND 4294967295),
    flush_due INTEGER NOT NULL DEFAULT 0 CHECK (flush_due BETWEEN 0 AND 1099511627775),
    attention_reason INTEGER CHECK (attention_reason BETWEEN 0 AND 255),
    attention_detail TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO progress (one) VALUES (1);

CREATE TABLE outcomes (
    sequence INTEGER PRIMARY KEY REFERENCES entries (sequence),
    reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 63)
) STRICT;

CREATE TABLE checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    block INTEGER NOT NULL CHECK (block >= 0),
    time INTEGER NOT NULL CHECK (time BETWEEN 0 AND 1099511627775),
    shop INTEGER NOT NULL CHECK (shop BETWEEN 0 AND 4294967295),
    sequence INTEGER NOT NULL CHECK (sequence BETWEEN 0 AND 4294967295)
) STRICT;
CREATE TABLE slices (
    programme INTEGER PRIMARY KEY CHECK (programme BETWEEN 0 AND 4294967295),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 4294967295)
) STRICT;
"""

_SNAPSHOT = """
CREATE TABLE snapshot (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    version TEXT NOT NULL,
    block INTEGER NOT NULL CHECK (block >= 0),
    sequence INTEGER NOT NULL CHECK (sequence BETWEEN 0 AND 4294967295)
) STRICT;
CREATE TABLE programmes (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 4294967295),
    name TEXT NOT NULL,
    begins INTEGER NOT NULL CHECK (begins BETWEEN 0 AND 1099511627775),
    ends INTEGER NOT NULL CHECK (ends BETWEEN 0 AND 1099511627775),
    floor_limit INTEGER NOT NULL CHECK (floor_limit BETWEEN 0 AND 4294967295),
    offline_window INTEGER NOT NULL CHECK (offline_window BETWEEN 0 AND 4294967295),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    admitted INTEGER NOT NULL CHECK (admitted IN (0, 1))
) STRICT;
CREATE TABLE budgets (
    generation INTEGER NOT NULL,
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    amount_left INTEGER NOT NULL CHECK (amount_left BETWEEN 0 AND 4294967295),
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    PRIMARY KEY (generation, pass, programme)
) STRICT, WITHOUT ROWID;
"""

_ASKS_AND_REFUNDS = """
ALTER TABLE payments ADD COLUMN kind INTEGER NOT NULL DEFAULT 1 CHECK (kind IN (1, 2, 5, 6));
ALTER TABLE payments ADD COLUMN deadline INTEGER NOT NULL DEFAULT 0 CHECK (deadline BETWEEN 0 AND 1099511627775);
ALTER TABLE payments ADD COLUMN counter INTEGER CHECK (counter BETWEEN 0 AND 4294967295);
CREATE INDEX asks ON payments (sequence) WHERE kind IN (2, 6);

CREATE TABLE ends (
    sequence INTEGER PRIMARY KEY REFERENCES payments (sequence),
    how TEXT NOT NULL CHECK (how IN ('refused', 'paid', 'handed over', 'given back'))
) STRICT;

CREATE TABLE refunds (
    sequence INTEGER PRIMARY KEY REFERENCES entries (sequence),
    sale_terminal BLOB NOT NULL CHECK (length(sale_terminal) = 20),
    sale_sequence INTEGER NOT NULL CHECK (sale_sequence BETWEEN 1 AND 4294967295),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 4294967295)
) STRICT;
CREATE TRIGGER refunds_in_order BEFORE INSERT ON refunds
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM refunds)
BEGIN SELECT raise(ABORT, 'a refund out of order'); END;
CREATE TRIGGER refunds_stay BEFORE UPDATE ON refunds BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER refunds_last BEFORE DELETE ON refunds BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER nothing_after_retiring BEFORE INSERT ON entries
WHEN (SELECT substr(entry, 2, 1) FROM entries ORDER BY sequence DESC LIMIT 1) = x'04'
BEGIN SELECT raise(ABORT, 'the terminal is retired'); END;

ALTER TABLE checkpoint ADD COLUMN ask_sequence INTEGER NOT NULL DEFAULT 0
    CHECK (ask_sequence BETWEEN 0 AND 4294967295);
ALTER TABLE checkpoint ADD COLUMN ask_reason INTEGER NOT NULL DEFAULT 0 CHECK (ask_reason BETWEEN 0 AND 255);
"""

_LIMITS_AND_PHONES = """
DELETE FROM snapshot;
DROP TABLE programmes;
CREATE TABLE programmes (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 4294967295),
    name TEXT NOT NULL,
    begins INTEGER NOT NULL CHECK (begins BETWEEN 0 AND 1099511627775),
    ends INTEGER NOT NULL CHECK (ends BETWEEN 0 AND 1099511627775),
    floor_limit INTEGER NOT NULL CHECK (floor_limit BETWEEN 0 AND 4294967295),
    day_limit INTEGER NOT NULL CHECK (day_limit BETWEEN 0 AND 4294967295),
    offline_window INTEGER NOT NULL CHECK (offline_window BETWEEN 0 AND 4294967295),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    admitted INTEGER NOT NULL CHECK (admitted IN (0, 1))
) STRICT;
DROP TABLE budgets;
CREATE TABLE budgets (
    generation INTEGER NOT NULL,
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    amount_left INTEGER NOT NULL CHECK (amount_left BETWEEN 0 AND 4294967295),
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    today INTEGER NOT NULL CHECK (today BETWEEN 0 AND 4294967295),
    day INTEGER NOT NULL CHECK (day BETWEEN 0 AND 4294967295),
    counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),
    used BLOB NOT NULL CHECK (length(used) = 8),
    PRIMARY KEY (generation, pass, programme)
) STRICT, WITHOUT ROWID;
"""
# A snapshot of before says nothing of these limits: the gateway's next one does.

_CLOSINGS = """
CREATE TABLE closings (
    number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 4294967295),
    last INTEGER NOT NULL CHECK (last BETWEEN 0 AND 4294967295),
    head BLOB NOT NULL CHECK (length(head) = 32),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    document TEXT NOT NULL
) STRICT;
CREATE TRIGGER closings_in_order BEFORE INSERT ON closings
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM closings)
    OR NEW.previous <> coalesce((SELECT hash FROM closings ORDER BY number DESC LIMIT 1), NEW.previous)
    OR NEW.last < coalesce((SELECT last FROM closings ORDER BY number DESC LIMIT 1), 0)
    OR NEW.last > 0 AND NEW.head IS NOT (SELECT head FROM entries WHERE sequence = NEW.last)
BEGIN SELECT raise(ABORT, 'a closing out of order'); END;
CREATE TRIGGER closings_stay BEFORE UPDATE ON closings BEGIN SELECT raise(ABORT, 'a closed day stays'); END;
CREATE TRIGGER closings_last BEFORE DELETE ON closings BEGIN SELECT raise(ABORT, 'a closed day stays'); END;
CREATE INDEX rejections ON outcomes (sequence) WHERE reason >= 32;
"""

_PAGES = """
CREATE TABLE coming (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version TEXT NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;
"""
# What has come of a snapshot that does not count yet; its budgets lie under the next generation.

_ORDERS = """
CREATE TABLE orders (
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 4294967295),
    until INTEGER NOT NULL CHECK (until BETWEEN 0 AND 1099511627775),
    name TEXT NOT NULL,
    handed_over INTEGER NOT NULL CHECK (handed_over IN (0, 1)),
    PRIMARY KEY (pass, programme)
) STRICT, WITHOUT ROWID;
"""
# A program of the version before offers none of these, and sells as it did.

MIGRATIONS: tuple[str, ...] = (
    _JOURNAL + _PROGRESS + _SNAPSHOT,
    _ASKS_AND_REFUNDS + _LIMITS_AND_PHONES,
    _CLOSINGS + _PAGES,
    _ORDERS,
)
"""Number n leads from schema version n-1 to n. What was published is never edited; a change is one more."""

READABLE_FROM: Mapping[int, int] = {4: 3}
"""For a version: the oldest whose programs can go on with such a journal, at most one before; else only its own.

A release whose step does not allow it is taken by no terminal, as none could return (decision 29).
"""

FIRST_THAT_SAYS = 4
"""From this version on, a journal says by itself what `READABLE_FROM` has of it."""

SAYS = """
CREATE TABLE IF NOT EXISTS readable (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    from_version INTEGER NOT NULL CHECK (from_version > 0)
) STRICT;
INSERT OR REPLACE INTO readable VALUES (1, {0});
"""
