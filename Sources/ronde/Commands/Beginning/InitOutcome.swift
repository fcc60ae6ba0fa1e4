import Beginning
import Maintenance
import Reports
import SystemPackage

/// What `ronde init` did, for people.
struct InitOutcome {
    let answers: Answers
    let places: InstancePlaces
    /// Nil where there is no database, or it was not looked at.
    let look: DatabaseLook?
    let placed: [Placement.Placed]

    /// Whether Ronde is to run as the service that `Scripts/install` sets up.
    private var isSystemWide: Bool { places.folder == "/etc/ronde" }
    private var access: WriteAccess { WriteAccess(of: answers, at: places) }

    /// The folders outside of its data that Ronde will write.
    var writable: [String] { access.folders.map(\.string) }

    /// As in "12 tables, 4.61 MB, with a write-ahead log".
    static func words(of look: DatabaseLook) -> String {
        let tables = look.tables == 1 ? "1 table" : "\(look.tables) tables"
        return "\(tables), \(ByteSize(bytes: look.bytes))" + (look.hasWAL ? ", with a write-ahead log" : "")
    }

    /// The folder and what is in it now, a line for each.
    var tree: [String] {
        var lines = [PrintableText.of(places.folder.string) + "/"]
        var lastFolder = ""
        for file in placed.sorted(by: { $0.path.string < $1.path.string }) {
            var rest = file.path
            _ = rest.removePrefix(places.folder)
            if rest.components.count > 1 {
                let folder = rest.removingLastComponent().string
                if folder != lastFolder { lines.append("  \(folder)/") }
                lastFolder = folder
            }
            let indent = String(repeating: "  ", count: rest.components.count)
            lines.append("\(indent)\(rest.lastComponent?.string ?? "")\(Self.words[file.state] ?? "")")
        }
        return lines
    }

    private static let words: [Placement.State: String] = [
        .present: "  (was there already)", .replaced: "  (in the place of the installed one)",
    ]

    /// What a person should know and do next.
    var words: [String] { notes + ["Next:"] + next.map { "  \($0)" } + system }

    private var notes: [String] {
        guard let database = answers.database else { return [] }
        var notes = look.map { ["The database has \(Self.words(of: $0))."] } ?? []
        let backups = answers.backups ?? places.backups(of: answers.service)
        // Only a hint: where it cannot be told, it is not given.
        if (try? WriteAccess.areOnOneDisk(database, backups)) == true {
            notes.append("The backups go to the disk of the database: what breaks one breaks both. docs/backups.md")
            notes.append("has copies on other machines.")
        }
        return notes
    }

    /// Commands to try, in this order.
    var next: [String] {
        let isFound = isSystemWide || places.folder == InstanceOptions.workingFolder
        let place = isFound ? "" : " --config \(ShellWord.written(places.folder.string))"
        let ronde = isSystemWide ? "sudo -u ronde ronde" : "ronde"
        return [
            "\(ronde) run daily --dry-run\(place)", "\(ronde) run daily\(place)", "ronde next\(place)",
            isSystemWide ? "systemctl enable --now ronde" : "ronde daemon\(place)",
        ]
    }

    private var system: [String] {
        guard isSystemWide, let line = access.unitLine else { return [] }
        return [
            "The service may write nothing but \(PrintableText.of(places.data.string)) until you say so. With",
            "'systemctl edit ronde' add these two lines, before you start it:",
            "  [Service]",
            "  \(PrintableText.of(line))",
            "and let the user 'ronde' write there: writable-folders.conf, in the folder of Ronde's",
            "documentation, shows both ways.",
        ]
    }
}

/// Words of a command line.
private enum ShellWord {
    /// A word as a shell reads it as this text.
    static func written(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/._-+@".utf8.contains(byte)
        }
        guard !plain else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// The same for programs.
struct InitShape: Encodable {
    struct File: Encodable {
        let path: String
        let state: String
    }

    struct Database: Encodable {
        let path: String
        @OrNull var tables: Int?
        @OrNull var bytes: Int64?
        @OrNull var wal: Bool?
    }

    let folder: String
    let files: [File]
    let service: String
    @OrNull var database: Database?
    let writable: [String]
    let next: [String]

    init(_ outcome: InitOutcome) {
        folder = outcome.places.folder.string
        files = outcome.placed.map { File(path: $0.path.string, state: $0.state.rawValue) }
        service = outcome.answers.service
        database = outcome.answers.database.map { path in
            Database(
                path: path.string, tables: outcome.look?.tables, bytes: outcome.look?.bytes, wal: outcome.look?.hasWAL)
        }
        writable = outcome.writable
        next = outcome.next
    }
}
