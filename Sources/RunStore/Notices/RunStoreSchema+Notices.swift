import GRDB

extension RunStoreSchema {
    /// What happened and is still to be told, what is wrong, and the messages on their way.
    static func registerNotices(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("4: notices") { database in
            try database.execute(sql: newsTables)
            try database.execute(sql: newsTriggers)
            try database.execute(sql: alertTables)
        }
    }

    private static let newsTables = """
        -- Has a row while there is somebody to tell; without it no news are kept.
        CREATE TABLE notice_watch (only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1)) STRICT;

        -- Runs that began or ended and were not looked at yet. Triggers write it, so that it is one step with what
        -- happened, whoever did it: a process that is killed right after cannot take the news with it.
        CREATE TABLE run_news (
            position INTEGER NOT NULL PRIMARY KEY,
            run TEXT NOT NULL,
            checklist TEXT NOT NULL,
            has_ended INTEGER NOT NULL,
            UNIQUE (run, has_ended)
        ) STRICT;

        -- The same for firings that come to no run; one row a checklist, as a year's may be missed at once.
        CREATE TABLE firing_news (
            checklist TEXT NOT NULL PRIMARY KEY,
            missed INTEGER NOT NULL,
            skipped INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            reason TEXT
        ) STRICT, WITHOUT ROWID;
        """

    /// Of skipped firings only those that met a run: pauses and blackouts are a person's will.
    private static let newsTriggers: String = {
        let isWatched = "EXISTS (SELECT 1 FROM notice_watch)"
        let isLost = "(NEW.state = 'missed' OR (NEW.state = 'skipped' AND NEW.reason LIKE 'overlap:%'))"
        let firing = """
            INSERT INTO firing_news (checklist, missed, skipped, first, last, reason) VALUES (
                NEW.checklist, NEW.state = 'missed', NEW.state = 'skipped', NEW.nominal_time, NEW.nominal_time, NEW.reason)
            ON CONFLICT (checklist) DO UPDATE SET
                missed = missed + excluded.missed, skipped = skipped + excluded.skipped,
                first = min(first, excluded.first), reason = excluded.reason, last = max(last, excluded.last);
            """
        return """
            CREATE TRIGGER news_of_run_begun AFTER INSERT ON run WHEN \(isWatched) BEGIN
                INSERT OR IGNORE INTO run_news (run, checklist, has_ended) VALUES (NEW.id, NEW.checklist, 0);
            END;
            CREATE TRIGGER news_of_run_ended AFTER UPDATE OF ended_at ON run
            WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND \(isWatched) BEGIN
                INSERT OR IGNORE INTO run_news (run, checklist, has_ended) VALUES (NEW.id, NEW.checklist, 1);
            END;
            CREATE TRIGGER news_of_firing_entered AFTER INSERT ON firing WHEN \(isLost) AND \(isWatched) BEGIN
                \(firing)
            END;
            CREATE TRIGGER news_of_firing_settled AFTER UPDATE OF state ON firing
            WHEN OLD.state <> NEW.state AND \(isLost) AND \(isWatched) BEGIN
                \(firing)
            END;
            """
    }()

    private static let alertTables = """
        -- What is wrong, or whose end is still to be told, as each rule sees it.
        CREATE TABLE alert (
            rule TEXT NOT NULL,
            subject TEXT NOT NULL,
            state TEXT NOT NULL,
            facts TEXT NOT NULL,
            -- when there may be something to say without anything new happening; null for never
            next_look INTEGER,
            written_at INTEGER NOT NULL,
            PRIMARY KEY (subject, rule)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX alert_by_look ON alert (next_look) WHERE next_look IS NOT NULL;

        -- Messages on their way, and the last ones that arrived or were given up.
        CREATE TABLE dispatch (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            target TEXT NOT NULL,
            topic TEXT NOT NULL,
            content TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            at INTEGER NOT NULL,
            answer TEXT,
            remaining TEXT,
            absorbed INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX dispatch_waiting ON dispatch (target, at) WHERE state = 'waiting';
        CREATE INDEX dispatch_settled ON dispatch (id) WHERE state <> 'waiting';
        """
}
