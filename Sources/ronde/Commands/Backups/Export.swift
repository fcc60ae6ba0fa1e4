import Archiving
import ArgumentParser
import Backups
import ConfigurationFiles
import Exports
import Foundation
import Maintenance
import Reports
import SQLiteFile
import SystemPackage

extension ExportFormat: ExpressibleByArgument {}

extension Ronde.BackupsCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write a database as SQL, CSV or JSON lines.",
            discussion: """
                Examples: ronde backups export --format csv --into exports         the live database, as of one instant
                          ronde backups export latest --format sql --into out.sql  a set
                CSV and JSON lines are a folder with a file for each table. What is made appears whole or not at all.
                """)

        @Argument(
            help: ArgumentHelp("A set, as for 'show'; the live database where nothing is said.", valueName: "set"))
        var set: String?

        @Option(help: "sql, csv or jsonl.") var format: ExportFormat = .sql

        @Option(help: "A folder that is there, where it gets a name of its own; or the new file or folder itself.")
        var into: String

        @Option(help: "none, gzip or zstd, with a level as in gzip:9.") var compression = "none"
        @Option(name: .customLong("table"), help: "Only this table; may be given several times.") var tables: [String] =
            []
        @Flag(help: "Print JSON: {path, format, bytes, tables, rows}.") var json = false
        @OptionGroup var options: SiteOptions

        func run() async throws {
            guard let compression = Compression(compression) else {
                throw ValidationError("'\(compression)' is no compression; use none, gzip, gzip:9, zstd or zstd:3:2.")
            }
            let site = try await options.site()
            let target = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: target.string, isDirectory: &isFolder)
            let place: DatabaseExport.Place =
                isThere && isFolder.boolValue ? .folder(target, stem: site.identity.stem) : .path(target)
            let export = DatabaseExport(
                format, to: place, compression: compression, tables: tables.isEmpty ? nil : tables,
                timeZone: site.timeZone)
            let result = try await StopOnSignals.run { try await write(export, of: site) }
            try show(result)
        }

        private func write(_ export: DatabaseExport, of site: BackupSite) async throws -> ExportResult {
            guard let set else { return try Self.write(export, from: site.database, at: Date()) }
            let known = try site.inventory().set(matching: set)
            return try await site.withScratch { scratch in
                try Self.write(export, from: try await site.unpacked(known, in: scratch), at: known.instant)
            }
        }

        private static func write(
            _ export: DatabaseExport, from database: FilePath, at instant: Date
        ) throws -> ExportResult {
            let connection = try SQLiteFile(path: database).open()
            defer { connection.close() }
            return try export.write(connection, at: instant)
        }

        private func show(_ result: ExportResult) throws {
            if json {
                return try JSONOutput.print(
                    ExportShape(
                        path: result.path.string, format: result.format.rawValue, bytes: result.bytes,
                        tables: result.tables, rows: result.rows))
            }
            let rows = result.rows.map { ", \($0) rows" } ?? ""
            let size = ByteSize(bytes: Int64(result.bytes))
            let tables = "\(result.tables) table\(result.tables == 1 ? "" : "s")"
            Terminal.say("\(PrintableText.of(result.path.string)): \(tables)\(rows), \(size)")
            if result.encodedTexts > 0 {
                Terminal.say("\(result.encodedTexts) texts are no Unicode; they are there as bytes.")
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Build a new database from SQL or CSV.",
            discussion: """
                Examples: ronde backups import backup_202512.sql.gz --into new.db
                          ronde backups import users.csv orders.csv --schema schema.sql --into new.db
                          ronde backups import exports/test_20251216_020000_csv --into new.db
                A dump that was cut short, or that says itself that it failed, is refused: it would restore less than
                it claims. The new database is checked before it gets its name.
                """)

        @Argument(help: "A file of SQL, files of CSV (each named like its table), or a folder that 'export' made.")
        var files: [String]

        @Option(help: "The new database; nothing of this name is there yet.") var into: String
        @Option(help: "For CSV: a file of SQL that makes the tables.") var schema: String?
        @Flag(help: "Print JSON: {path, tables: [{name, rows, sha256}], foreign_key_violations}.") var json = false

        func run() async throws {
            let paths = files.map { ConfigurationLocator.absolute($0, from: InstanceOptions.workingFolder) }
            let target = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
            let schema = schema.map { ConfigurationLocator.absolute($0, from: InstanceOptions.workingFolder) }
            let report = try await StopOnSignals.run { try Self.build(target, from: paths, schema: schema) }
            if json {
                return try JSONOutput.print(
                    ImportShape(
                        path: report.path.string, tables: report.tables,
                        foreign_key_violations: report.foreignKeyViolations))
            }
            for table in report.tables { print("\(PrintableText.of(table.name)): \(table.rows) rows") }
            let name = PrintableText.of(report.path.string)
            Terminal.say("\(name): \(report.tables.count) tables, \(report.rows) rows; its check found nothing wrong.")
            if report.foreignKeyViolations > 0 {
                Terminal.say("\(report.foreignKeyViolations) rows refer to rows that are not there, as in the text.")
            }
        }

        private static func build(_ target: FilePath, from paths: [FilePath], schema: FilePath?) throws -> ImportReport
        {
            if paths.count == 1, let path = paths.first {
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder), isFolder.boolValue {
                    return try DatabaseImport.csv(folder: path, into: target)
                }
                if !isCSV(path) { return try DatabaseImport.sql(from: path, into: target) }
            }
            guard paths.allSatisfy(isCSV) else {
                throw ValidationError("Name one file of SQL, or files whose names end in .csv, .csv.gz or .csv.zst.")
            }
            return try DatabaseImport.csv(files: paths.map { (tableName($0), $0) }, schema: schema, into: target)
        }

        private static let csvEndings = [".csv", ".csv.gz", ".csv.zst"]

        private static func isCSV(_ path: FilePath) -> Bool { csvEndings.contains { path.string.hasSuffix($0) } }

        private static func tableName(_ path: FilePath) -> String {
            let name = path.lastComponent?.string ?? ""
            let ending = csvEndings.first { name.hasSuffix($0) } ?? ""
            return String(name.dropLast(ending.count))
        }
    }
}

private struct ExportShape: Encodable {
    let path: String
    let format: String
    let bytes: Int
    let tables: Int
    @OrNull var rows: Int?
}

private struct ImportShape: Encodable {
    let path: String
    let tables: [TableContents]
    let foreign_key_violations: Int
}
