package import Digests

/// How many rows a table has, and a hash of them in order.
package struct TableContents: Hashable, Codable, Sendable {
    /// The table's name.
    package let name: String
    /// How many rows it has.
    package let rows: Int
    /// SHA-256 over the columns' names and every row: see ``SQLiteConnection/contents()``.
    package let sha256: SHA256Digest
}

extension SQLiteConnection {
    /// Row count and hash of every table, ordered by name.
    ///
    /// Which tables: ordinary ones, `WITHOUT ROWID` ones, the shadow tables in which virtual tables keep their content,
    /// and `sqlite_sequence`, since ids would be given twice without it. Not: virtual tables themselves
    /// (their modules may be missing here), views, and the statistics of ANALYZE.
    ///
    /// What is hashed: the number of columns and each name, then every row in the order of its rowid, of its primary
    /// key for `WITHOUT ROWID`, of its name for `sqlite_sequence`. Generated columns are left out, and so is a rowid
    /// that is not a column: VACUUM may change it. A number is eight bytes, little-endian, and a value is
    ///
    ///     NULL     00
    ///     INTEGER  01, the number
    ///     REAL     02, its IEEE 754 bits
    ///     TEXT     03, the number of bytes, the bytes as UTF-8
    ///     BLOB     04, the number of bytes, the bytes
    ///
    /// Equal hashes therefore mean equal names, types, values and order, whatever the encoding of the database.
    ///
    /// - Throws: ``SQLiteFileError``, of kind `damaged` when a row cannot be read.
    package func contents() throws -> [TableContents] {
        try withSnapshot {
            try tableShapes().map { shape in
                let statement = try Statement(shape.orderedQuery, on: self, during: "read table \(shape.name)")
                let (rows, sha256) = try rowHash(of: statement, header: shape.columns)
                return TableContents(name: shape.name, rows: rows, sha256: sha256)
            }
        }
    }
}
