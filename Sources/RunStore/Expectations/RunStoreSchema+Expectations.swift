import GRDB

extension RunStoreSchema {
    static func registerExpectations(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("5: expectations") { database in
            try database.execute(
                sql: """
                    CREATE TABLE expectation (
                        name TEXT NOT NULL PRIMARY KEY,
                        -- another rhythm is another expectation: it is watched from then on
                        rhythm TEXT NOT NULL,
                        -- what the pings so far come to, as JSON
                        history TEXT NOT NULL,
                        -- the state that people were told of, and since when it is so
                        reported TEXT NOT NULL,
                        reported_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;

                    -- The newest pings of each expectation.
                    CREATE TABLE ping (
                        id INTEGER NOT NULL PRIMARY KEY,
                        expectation TEXT NOT NULL,
                        at INTEGER NOT NULL,
                        signal TEXT NOT NULL,
                        exit_status INTEGER,
                        run TEXT,
                        sender TEXT,
                        body BLOB NOT NULL,
                        body_bytes INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX ping_by_expectation ON ping (expectation, id);

                    -- When pings could be heard: a missing one proves nothing for any other time.
                    CREATE TABLE listening (
                        id INTEGER NOT NULL PRIMARY KEY,
                        since INTEGER NOT NULL,
                        until INTEGER NOT NULL
                    ) STRICT;

                    -- Written to find out whether the store can be written.
                    CREATE TABLE probe (
                        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                        writes INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
    }
}
