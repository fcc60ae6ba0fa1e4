/// The table of rows that could be read but not put where they belong: as the shell's `.recover` has it, and a reason.
final class LostAndFound {
    private let database: Database
    private let encoding: TextEncoding
    private var name: String?
    private var columns = 0
    private var inserts: [Int: Statement] = [:]
    private(set) var count = 0
    /// SQLite allows 2,000 columns; more fields than this are left out.
    private static let widest = 1_900

    init(in database: Database, encoding: TextEncoding) {
        self.database = database
        self.encoding = encoding
    }

    /// Keeps a row; `table` is where it was thought to belong, `root` the table's root page if that is known.
    func keep(_ row: FoundRow, table: String?, root: Int?, reason: String) throws(SalvageError) {
        let values = Array(row.record.values.prefix(Self.widest))
        let name: String
        if let known = self.name { name = known } else { name = try create() }
        while columns < values.count {
            try database.run("ALTER TABLE main.\(Database.quoted(name)) ADD COLUMN c\(columns)")
            columns += 1
        }
        let statement = try insert(ofFields: values.count, into: name)
        var all: [Value] = [
            root.map { .integer(Int64($0)) } ?? .null, .integer(Int64(row.page)),
            .integer(Int64(row.record.values.count)), row.rowID.map { .integer($0) } ?? .null,
            table.map { .text(encoding.bytes($0)) } ?? .null, .text(encoding.bytes(reason)),
        ]
        all += values
        do throws(SalvageError) {
            try statement.bind(all, encoding: encoding)
            _ = try statement.step()
            count += 1
        } catch {
            // Only a value beyond SQLite's largest size is refused here; it could not be read back either.
            guard error.isRefusal else { throw error }
        }
    }

    private func create() throws(SalvageError) -> String {
        var name = "lost_and_found"
        var number = 0
        let taken = Set(try database.texts("SELECT lower(name) FROM main.sqlite_schema"))
        while taken.contains(name) {
            name = "lost_and_found_\(number)"
            number += 1
        }
        try database.run(
            "CREATE TABLE main.\(name)(rootpgno INTEGER, pgno INTEGER, nfield INTEGER, id INTEGER, "
                + "table_name TEXT, reason TEXT)")
        self.name = name
        return name
    }

    private func insert(ofFields count: Int, into name: String) throws(SalvageError) -> Statement {
        if let known = inserts[count] { return known }
        let marks = (1...count + 6).map { "?\($0)" }.joined(separator: ", ")
        let fields = (0..<count).map { ", c\($0)" }.joined()
        let statement = try Statement(
            "INSERT INTO main.\(name)(rootpgno, pgno, nfield, id, table_name, reason\(fields)) VALUES (\(marks))",
            on: database)
        inserts[count] = statement
        return statement
    }
}
