import DurableFiles
import Foundation
import Maintenance
import SystemPackage

/// Which of the files that fit are to go; a pure rule.
struct CleanupChoice {
    /// Oldest first.
    private(set) var removed: [CleanupFind.File] = []
    /// How many say that they were changed later than now.
    private(set) var future = 0
    /// Why none is to go although some could; nil where nothing is in the way.
    private(set) var stop: String?

    /// A clock that was set back by less is none that was wrong.
    private static let tolerance: TimeInterval = 60

    /// - Parameters:
    ///   - files: all that fit.
    ///   - settings: the rule.
    ///   - now: the wall clock.
    init(of files: [CleanupFind.File], by settings: CleanupConfiguration.Rule, now: Date) {
        let newestFirst = files.sorted {
            ($0.facts.modified, $1.name.string) > ($1.facts.modified, $0.name.string)
        }
        var keptBytes: Int64 = 0
        for (index, file) in newestFirst.enumerated() {
            let age = now.timeIntervalSince(file.facts.modified)
            if age < -Self.tolerance { future += 1 }
            let isKept =
                index < settings.keepLast ?? 0 || keptBytes < settings.keepBytes?.bytes ?? 0 || age < 0
                || settings.olderThan.map { age <= $0.seconds } ?? false
            if isKept { keptBytes += Int64(file.facts.size) } else { removed.append(file) }
        }
        removed.reverse()
        guard !removed.isEmpty else { return }
        let share = Double(removed.count) / Double(files.count) * 100
        if let most = settings.stopAbove, share > most.percent {
            stop = "\(removed.count) of \(files.count) files would go, more than \(most): is the clock right?"
        } else if removed.count == files.count, !settings.allowAll {
            stop =
                "all \(files.count) files that fit would go: is the clock right? Say 'keep_last', or 'allow_all: true'"
        }
        if stop != nil { removed = [] }
    }
}
