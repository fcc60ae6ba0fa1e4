import GRDB

extension RunStoreSchema {
    /// Runs that have not ended because a person is to act first, and go on when that is done.
    static func registerWaiting(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("9: runs that wait for a person") { database in
            try database.execute(
                sql: """
                    ALTER TABLE run ADD COLUMN waiting_since INTEGER;
                    -- whether somebody was told that a person is late
                    ALTER TABLE run ADD COLUMN overdue INTEGER NOT NULL DEFAULT 0;
                    CREATE INDEX run_waiting ON run (waiting_since) WHERE waiting_since IS NOT NULL;

                    -- In the table of news a run that waits has the number 2, beside 0 (began) and 1 (ended).
                    CREATE TRIGGER news_of_run_waiting AFTER UPDATE OF waiting_since ON run
                    WHEN NEW.waiting_since IS NOT NULL AND EXISTS (SELECT 1 FROM notice_watch) BEGIN
                        INSERT OR IGNORE INTO run_news (run, checklist, has_ended) VALUES (NEW.id, NEW.checklist, 2);
                    END;
                    """)
        }
    }
}
