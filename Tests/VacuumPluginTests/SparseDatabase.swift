import DatabasePluginTesting
extension Trial {
    /// Makes a database of about 1.2 MB, of which 800 in 1,000 pages are free.
    func makeSparse(journal: String = "wal", before: String = "") throws {
        try sql(
            """
            \(before); PRAGMA journal_mode=\(journal);
            CREATE TABLE items(id INTEGER PRIMARY KEY, note BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            INSERT INTO items SELECT i, randomblob(1000) FROM n;
            DELETE FROM items WHERE id > 200
            """)
    }

    /// What all rows amount to.
    func rows() throws -> String? {
        try sql("SELECT count(*) || ' ' || group_concat(hex(note)) FROM (SELECT note FROM items ORDER BY id)")
    }
}
