import DurableFiles
import Foundation
import Maintenance
import SystemPackage

/// A file that may become a set.
struct AdoptionCandidate {
    let name: SetName
    let file: String
    let facts: FileFacts
    let instant: Date
    let source: AdoptionRecord.InstantSource

    var ending: String { name.adoptedEnding ?? "" }
}

/// Why a file cannot become a set.
struct AdoptionRefusal: Error {
    let reason: String
    /// Whether it was no candidate in the first place.
    var isSkipped = false
}

/// Reads the names of files.
struct AdoptionNames {
    let request: AdoptionRequest
    let now: Date

    private static let textEndings = [".sql", ".sql.gz", ".sql.zst"]

    /// Whether a file is worth a word: it begins with the database's stem, or is SQL text.
    func isOfInterest(_ name: String) -> Bool {
        name.hasPrefix(request.identity.stem + "_") || isText(name)
    }

    func candidate(_ file: String) throws -> AdoptionCandidate {
        if isText(file) {
            throw AdoptionRefusal(
                reason: "SQL text is no copy of the database and cannot be compared with one; it stays where it is",
                isSkipped: true)
        }
        let path = request.folder.appending(file)
        guard let facts = try FileFacts.of(path, followingLinks: false) else {
            throw AdoptionRefusal(reason: "it is gone", isSkipped: true)
        }
        let stem = request.identity.stem
        guard facts.kind == .file, SetName.dataEnding(of: file) != nil, let name = SetName(file, stem: stem) else {
            let form = "\(stem)_YYYYMMDD.db or \(stem)_YYYYMMDD_HHMMSS.db.gz"
            let isLink = facts.kind == .symbolicLink
            throw AdoptionRefusal(
                reason: isLink ? "it is a symbolic link" : "its name is not of the form \(form)", isSkipped: true)
        }
        if let encryption = ["age", "gpg"].first(where: { file.hasSuffix(".\($0)") }) {
            throw AdoptionRefusal(reason: "it is encrypted (\(encryption)); decrypt it to have it verified")
        }
        for sidecar in ["-wal", "-journal"] {
            let beside = try FileFacts.of(request.folder.appending(file + sidecar), followingLinks: false)
            if let beside, beside.size > 0 {
                throw AdoptionRefusal(
                    reason: "'\(file)\(sidecar)' lies beside it: a part of the database is in there;"
                        + " let sqlite3 put both together")
            }
        }
        let (instant, source) = try instant(of: name, modified: facts.modified)
        guard instant <= now else {
            throw AdoptionRefusal(
                reason: "its day is later than the clock, which says"
                    + " \(InstantText.format(now, in: request.timeZone))")
        }
        return AdoptionCandidate(name: name, file: file, facts: facts, instant: instant, source: source)
    }

    private func isText(_ name: String) -> Bool {
        SQLExport.isName(name)
            || name.hasPrefix(request.identity.stem + "_") && Self.textEndings.contains(where: name.hasSuffix)
    }

    /// The instant that a name tells.
    ///
    /// A name with a day alone leaves the time to the file's time of modification, if that is of the same day; else the
    /// day's first second stands for it.
    private func instant(
        of name: SetName, modified: Date
    ) throws -> (Date, AdoptionRecord.InstantSource) {
        let digits = name.stamp.filter { $0 != "_" }
        func number(_ start: Int, _ length: Int) -> Int { Int(digits.dropFirst(start).prefix(length)) ?? -1 }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = request.timeZone
        let hasTime = digits.count == 14
        var parts = DateComponents(year: number(0, 4), month: number(4, 2), day: number(6, 2))
        if hasTime { (parts.hour, parts.minute, parts.second) = (number(8, 2), number(10, 2), number(12, 2)) }
        let isTime = !hasTime || number(8, 2) < 24 && number(10, 2) < 60 && number(12, 2) < 60
        guard isTime, let instant = calendar.date(from: parts),
            calendar.dateComponents([.year, .month, .day], from: instant)
                == DateComponents(year: parts.year, month: parts.month, day: parts.day)
        else { throw AdoptionRefusal(reason: "'\(name.stamp)' is no day and time of the calendar") }
        if hasTime { return (instant, .name) }
        return calendar.isDate(modified, inSameDayAs: instant) ? (modified.inMilliseconds, .mtime) : (instant, .name)
    }
}
