import GRDB

/// The tables of the run store, in the steps by which they came to be.
///
/// A step that has been released never changes.
enum RunStoreSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: runs and firings") { database in
            try database.execute(
                sql: """
                    CREATE TABLE run (
                        id TEXT NOT NULL PRIMARY KEY,
                        checklist TEXT NOT NULL,
                        trigger TEXT NOT NULL,
                        nominal_time INTEGER,
                        started_at INTEGER NOT NULL,
                        ended_at INTEGER,
                        outcome TEXT,
                        -- the run as it was known at its start, without tasks: what is left of it after a crash
                        header TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX run_by_checklist ON run (checklist, started_at);
                    CREATE INDEX run_unended ON run (id) WHERE ended_at IS NULL;

                    -- Task reports of runs that have not ended; an ended run has its report folder.
                    CREATE TABLE running_task (
                        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
                        position INTEGER NOT NULL,
                        report TEXT NOT NULL,
                        PRIMARY KEY (run, position)
                    ) STRICT, WITHOUT ROWID;

                    -- The ledger: the nominal time is the key, so that a firing is claimed once.
                    CREATE TABLE firing (
                        checklist TEXT NOT NULL,
                        nominal_time INTEGER NOT NULL,
                        state TEXT NOT NULL,
                        reason TEXT,
                        run TEXT,
                        claimed_at INTEGER NOT NULL,
                        -- the process that claimed it, by the name of its presence
                        claimed_by TEXT,
                        PRIMARY KEY (checklist, nominal_time)
                    ) STRICT, WITHOUT ROWID;

                    -- Since when a schedule is watched: what was due earlier was never called for.
                    CREATE TABLE schedule (
                        checklist TEXT NOT NULL PRIMARY KEY,
                        cron TEXT NOT NULL,
                        watched_since INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2: the ledger of all checklists by time") { database in
            try database.execute(
                sql: """
                    CREATE INDEX firing_by_time ON firing (nominal_time, checklist);
                    CREATE INDEX run_by_time ON run (started_at, id);
                    """)
        }
        migrator.registerMigration("3: pauses") { database in
            try database.execute(
                sql: """
                    -- Kept after their end: firings of that time may still have to be entered.
                    CREATE TABLE pause (
                        checklist TEXT NOT NULL,
                        since INTEGER NOT NULL,
                        until INTEGER,
                        resumed_at INTEGER,
                        reason TEXT NOT NULL,
                        PRIMARY KEY (checklist, since)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        registerNotices(&migrator)
        registerExpectations(&migrator)
        registerHistory(&migrator)
        migrator.registerMigration("7: up to when a schedule's firings are entered") { database in
            try database.execute(
                sql: """
                    -- Every firing up to this instant has its row; not simply the newest row, because a firing that is
                    -- run before its hour has its row before those that come between.
                    ALTER TABLE schedule ADD COLUMN entered_until INTEGER;
                    UPDATE schedule SET entered_until = max(
                        watched_since,
                        coalesce((SELECT max(nominal_time) FROM firing WHERE firing.checklist = schedule.checklist), 0));
                    CREATE INDEX firing_claimed ON firing (checklist, nominal_time) WHERE state = 'running';
                    """)
        }
        migrator.registerMigration("8: daemons") { database in
            try database.execute(
                sql: """
                    -- The daemons of this state folder, each by the name of its presence, as they said of themselves.
                    CREATE TABLE daemon (
                        presence TEXT NOT NULL PRIMARY KEY,
                        record TEXT NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        registerWaiting(&migrator)
        return migrator
    }
}
