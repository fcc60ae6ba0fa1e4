import SystemPackage

/// A service's database with a bit of everything, and what must be found again.
struct Service {
    var pageSize = 1_024
    var encoding = "UTF-8"
    var autoVacuum = 0
    var rows = 300

    /// What is compared, table by table; without `rowid` where there is none.
    static let tables = [
        "mixed": "rowid,id,t,r,b,x,n", "keyed": "k1,v,k2,note", "plain": "rowid,one,two,added,added2",
        "derived": "rowid,x,y,z,t", "strict_one": "id,v,u", "\"odd \"\"name\"": "_rowid_,rowid,\"sel ect\",v",
    ]

    func make(_ path: FilePath) throws {
        let connection = try Connection(path)
        try connection.run(
            """
            PRAGMA page_size=\(pageSize); PRAGMA encoding='\(encoding)'; PRAGMA auto_vacuum=\(autoVacuum);
            PRAGMA user_version=77; PRAGMA application_id=-5;
            CREATE TABLE mixed(id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT, r REAL, b BLOB, x, n NUMERIC);
            CREATE TABLE keyed(k1 TEXT, v INTEGER, k2 INTEGER, note TEXT, PRIMARY KEY(k2, k1)) WITHOUT ROWID;
            CREATE TABLE plain(one TEXT NOT NULL, two INTEGER, UNIQUE(one));
            CREATE TABLE derived(x INTEGER, y INTEGER AS (x * 2) STORED, z INTEGER AS (x + 1) VIRTUAL, t TEXT);
            CREATE TABLE strict_one(id INTEGER PRIMARY KEY, v ANY, u TEXT) STRICT;
            CREATE TABLE "odd ""name"(rowid TEXT, "sel ect" INT, v TEXT);
            CREATE VIEW texts AS SELECT id, t FROM mixed;
            CREATE INDEX mixed_by_t ON mixed(t);
            CREATE INDEX mixed_by_length ON mixed(length(t)) WHERE r > 0.5;
            CREATE UNIQUE INDEX keyed_by_note ON keyed(note);
            CREATE TRIGGER counted AFTER DELETE ON mixed BEGIN UPDATE plain SET two = two + 1; END;
            BEGIN;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            INSERT INTO mixed SELECT i * 3, 'text ' || i || CASE WHEN i % \(max(rows / 7, 2)) = 1 THEN printf('%.*c', 3 * \(pageSize), 'é')
              ELSE '' END, CASE i % 3 WHEN 0 THEN 5.0 WHEN 1 THEN i / 7.0 END, CASE i % 2 WHEN 0 THEN zeroblob(i % 5) END,
              CASE i % 6 WHEN 0 THEN 'x' WHEN 1 THEN 1.5 WHEN 2 THEN x'00ff' WHEN 3 THEN -9223372036854775808 WHEN 4
              THEN 4611686018427387904 END, CASE i % 2 WHEN 0 THEN 'abc' ELSE 3.25 END FROM n;
            INSERT INTO mixed(t) VALUES (CAST(x'61ff62' AS TEXT)), (CAST(x'61006200' AS TEXT));
            INSERT INTO keyed SELECT 'key ' || id, id, id * 7 % 1000, 'note ' || id || t FROM mixed;
            INSERT INTO plain SELECT 'one ' || id, CASE id % 2 WHEN 0 THEN id END FROM mixed;
            INSERT INTO derived(x, t) SELECT id, 't' || id FROM mixed;
            INSERT INTO strict_one SELECT id + 5000, x, 'u' FROM mixed;
            INSERT INTO "odd ""name" SELECT 'r' || id, id, 'vvvvvvvvvvvvvvvvvvvvvvvvvv' FROM mixed;
            ALTER TABLE plain ADD COLUMN added TEXT DEFAULT 'dflt';
            ALTER TABLE plain ADD COLUMN added2 INTEGER;
            INSERT INTO plain VALUES ('late', 1, 'own', 5);
            UPDATE sqlite_sequence SET seq = 100000;
            COMMIT;
            """)
    }

    static func contents(of path: FilePath) throws -> [String: Set<String>] {
        let connection = try Connection(path)
        return try tables.reduce(into: [:]) { found, table in
            found[table.key] = Set(try connection.rows(table.value, of: table.key))
        }
    }
}
