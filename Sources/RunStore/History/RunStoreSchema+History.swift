import GRDB

extension RunStoreSchema {
    /// What makes lists quick however long the history is, and what the removal of old rows needs.
    static func registerHistory(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("6: history") { database in
            try database.execute(sql: runs + runTotals + firings + firingDays + notes)
        }
    }

    private static let runs = """
        -- What a list shows of a run that has ended; its header is empty then. NULL in all until it was looked at.
        ALTER TABLE run ADD COLUMN dry_run INTEGER;
        ALTER TABLE run ADD COLUMN timezone TEXT;
        ALTER TABLE run ADD COLUMN task_counts TEXT;
        -- the room that its report takes; NULL until it was measured
        ALTER TABLE run ADD COLUMN bytes INTEGER;
        -- why it stays whatever the rules of history say, as for a signed report
        ALTER TABLE run ADD COLUMN kept_because TEXT;

        DROP INDEX run_by_checklist;
        CREATE INDEX run_by_checklist ON run (checklist, started_at, id);
        DROP INDEX run_unended;
        CREATE INDEX run_unended ON run (checklist, started_at) WHERE ended_at IS NULL;
        CREATE INDEX run_by_outcome ON run (checklist, outcome, started_at);
        CREATE INDEX run_by_firing ON run (checklist, nominal_time, started_at) WHERE nominal_time IS NOT NULL;
        CREATE INDEX run_protected ON run (id) WHERE kept_because IS NOT NULL;
        CREATE INDEX run_unmeasured ON run (id) WHERE bytes IS NULL;

        -- Runs whose rows are gone and whose folders are to go: a removal that was cut short is finished from here.
        CREATE TABLE expired_report (
            run TEXT NOT NULL PRIMARY KEY,
            checklist TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// How many runs each checklist has, kept by triggers.
    ///
    /// No statement in them can conflict: the conflict clause of the statement that fired them would take its place.
    private static let runTotals = """
        CREATE TABLE run_total (
            checklist TEXT NOT NULL PRIMARY KEY,
            runs INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            -- what the rules of history removed, and the start of the newest run of it
            expired_runs INTEGER NOT NULL DEFAULT 0,
            expired_bytes INTEGER NOT NULL DEFAULT 0,
            expired_until INTEGER
        ) STRICT, WITHOUT ROWID;
        INSERT INTO run_total (checklist, runs) SELECT checklist, count(*) FROM run GROUP BY checklist;
        CREATE TRIGGER run_added AFTER INSERT ON run BEGIN
            INSERT INTO run_total (checklist) SELECT new.checklist
                WHERE NOT EXISTS (SELECT 1 FROM run_total WHERE checklist = new.checklist);
            UPDATE run_total SET runs = runs + 1, bytes = bytes + coalesce(new.bytes, 0)
                WHERE checklist = new.checklist;
        END;
        CREATE TRIGGER run_removed AFTER DELETE ON run BEGIN
            UPDATE run_total SET runs = runs - 1, bytes = bytes - coalesce(old.bytes, 0)
                WHERE checklist = old.checklist;
        END;
        CREATE TRIGGER run_measured AFTER UPDATE OF bytes ON run BEGIN
            UPDATE run_total SET bytes = bytes + coalesce(new.bytes, 0) - coalesce(old.bytes, 0)
                WHERE checklist = new.checklist;
        END;

        """

    private static let firings = """
        CREATE INDEX firing_by_state ON firing (state, nominal_time, checklist);
        CREATE INDEX firing_by_checklist_and_state ON firing (checklist, state, nominal_time);

        """

    /// The number of a day since 1970-01-01 in UTC; SQLite's division rounds towards zero.
    private static func day(of row: String) -> String {
        "((\(row).nominal_time - ((\(row).nominal_time % 86400000) + 86400000) % 86400000) / 86400000)"
    }

    /// How many firings of each day ended how, by checklist, and under the empty name for all of them together.
    private static let firingDays: String = {
        func count(_ row: String, _ checklist: String, by difference: Int) -> String {
            let key = "checklist = \(checklist) AND day = \(day(of: row)) AND state = \(row).state"
            let sign = difference < 0 ? "- 1" : "+ 1"
            let made = """
                INSERT INTO firing_day (checklist, day, state) SELECT \(checklist), \(day(of: row)), \(row).state
                    WHERE NOT EXISTS (SELECT 1 FROM firing_day WHERE \(key));

                """
            return (difference > 0 ? made : "") + "UPDATE firing_day SET rows = rows \(sign) WHERE \(key);\n"
        }
        func counts(_ row: String, by difference: Int) -> String {
            count(row, "\(row).checklist", by: difference) + count(row, "''", by: difference)
        }
        return """
            CREATE TABLE firing_day (
                checklist TEXT NOT NULL,
                day INTEGER NOT NULL,
                state TEXT NOT NULL,
                -- firings that are in the ledger, and those whose rows were removed for their age
                rows INTEGER NOT NULL DEFAULT 0,
                removed INTEGER NOT NULL DEFAULT 0,
                PRIMARY KEY (checklist, day, state)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO firing_day (checklist, day, state, rows)
                SELECT checklist, \(day(of: "firing")), state, count(*) FROM firing GROUP BY 1, 2, 3;
            INSERT INTO firing_day (checklist, day, state, rows)
                SELECT '', day, state, sum(rows) FROM firing_day GROUP BY 2, 3;
            CREATE TRIGGER firing_added AFTER INSERT ON firing BEGIN
            \(counts("new", by: 1))END;
            CREATE TRIGGER firing_removed AFTER DELETE ON firing BEGIN
            \(counts("old", by: -1))END;
            CREATE TRIGGER firing_settled AFTER UPDATE OF state ON firing WHEN old.state <> new.state BEGIN
            \(counts("old", by: -1))\(counts("new", by: 1))END;

            """
    }()

    private static let notes = """
        -- What the keeping of history has to remember: instants in milliseconds since 1970.
        CREATE TABLE history_note (key TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """
}
