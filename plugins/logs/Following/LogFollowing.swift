import DurableFiles
import Glibc
import Maintenance
import SystemPackage

/// Finds what of one log was not read yet, wherever it is by now.
struct LogFollowing {
    /// Where a log begins of which nothing is known.
    enum Beginning {
        case start
        /// At the last lines.
        case end(lines: Int)
    }

    let path: FilePath
    let trail: LogTrail?
    let beginning: Beginning

    /// - Throws: `FileError` where the log or its folder cannot be read.
    func plan() throws -> LogPlan {
        // Opened before anything is looked for: what is rotated from now on keeps its bytes.
        let current = try LogSource.ifThere(path)
        var plan = LogPlan(path: path, current: current, known: trail)
        guard let trail else {
            guard let current else { return plan }
            plan.pieces.append(.plain(current, try begin(current)..<current.size, isOver: false))
            return plan
        }
        if let current, try trail.current.isOf(current) {
            try addPrevious(trail, &plan)
            plan.pieces.append(.plain(current, trail.current.offset..<current.size, isOver: false))
            return plan
        }
        try addPrevious(trail, &plan)
        try addRotated(trail.current, &plan)
        if let current { plan.pieces.append(.plain(current, 0..<current.size, isOver: false)) }
        return plan
    }

    private func begin(_ current: LogSource) throws -> Int {
        switch beginning {
        case .start: 0
        case .end(let lines): try LogTail(of: current, lines: lines).offset
        }
    }

    /// What its writer wrote to the file before this one, which it may have had open when that was rotated.
    private func addPrevious(_ trail: LogTrail, _ plan: inout LogPlan) throws {
        guard let previous = trail.previous,
            let source = try rotated().file(of: previous, otherThan: plan.current)
        else { return }
        plan.previous = source
        guard source.size > previous.offset else { return }
        plan.pieces.append(.plain(source, previous.offset..<source.size, isOver: true))
        plan.notes.append("'\(path)': '\(source.path)' was written to after it was rotated")
    }

    /// The rest of the file that was read last, and all that were rotated away since.
    private func addRotated(_ position: LogPosition, _ plan: inout LogPlan) throws {
        let rotated = try rotated()
        let old: FileFacts
        if let source = try rotated.file(of: position, otherThan: plan.current) {
            old = source.facts
            plan.previous = source
            plan.pieces.append(.plain(source, position.offset..<source.size, isOver: true))
            plan.notes.append("'\(path)' was rotated: the rest of it was read from '\(source.path)'")
        } else if let candidate = try rotated.compressed(of: position) {
            old = candidate.facts
            plan.pieces.append(.compressed(CompressedLog(candidate.path), from: position.offset))
            plan.notes.append("'\(path)' was rotated: the rest of it was read from '\(candidate.path)'")
        } else {
            guard position.offset > 0 else { return }
            if plan.current == nil { return }
            plan.loss =
                "'\(path)' was truncated or replaced, and what followed its first"
                + " \(ByteSize(bytes: Int64(position.offset))) is in no file beside it"
            return
        }
        for candidate in rotated.after(old, otherThan: plan.current) {
            if candidate.isCompressed {
                plan.pieces.append(.compressed(CompressedLog(candidate.path), from: 0))
            } else if let source = try LogSource.ifThere(candidate.path) {
                plan.previous = source
                plan.pieces.append(.plain(source, 0..<source.size, isOver: true))
            }
            plan.notes.append("'\(path)' was rotated more than once: '\(candidate.path)' was read, too")
        }
    }

    private func rotated() throws -> RotatedFiles {
        try RotatedFiles(beside: Self.resolved(path))
    }

    /// Where a path leads: rotated files are beside the file, not beside a link to it.
    private static func resolved(_ path: FilePath) -> FilePath {
        path.withPlatformString { name in
            guard let resolved = realpath(name, nil) else { return path }
            defer { free(resolved) }
            return FilePath(platformString: resolved)
        }
    }
}
