import Backups
import Foundation
import Maintenance
import PluginKit
import SystemPackage

/// Tells people of the newest sets.
struct BackupAgeReport {
    let configuration: BackupAgeConfiguration
    let inventory: BackupInventory
    let judgements: [AgeJudgement]
    let timeZone: TimeZone

    /// The most lines about sets that do not count.
    private static let mostNamed = 20

    func tell(_ context: TaskContext) -> TaskResult {
        let measurements = judgements.compactMap { $0.measurement(configuration) }
        measurements.forEach(context.measure)
        let counting = inventory.sets.filter(\.counts).count
        context.measure(TaskMeasurement("sets", Double(counting), .count))
        context.measure(TaskMeasurement("sets_not_counting", Double(inventory.sets.count - counting), .count))
        context.measure(TaskMeasurement("quarantined", Double(inventory.quarantined.count), .count))
        let oddities = tellOddities(context)
        for judgement in judgements { context.log(.info, words(judgement)) }
        var outcomes = measurements.map(\.outcome)
        if judgements.contains(where: { $0.newest == nil }) { outcomes.append(.critical) }
        if !oddities.isEmpty { outcomes.append(.warning) }
        let outcome = outcomes.worst
        let parts = worst().map(words) + oddities
        let advice = needsBackup(measurements) ? "; make a backup, and look why the last ones were not made" : ""
        return TaskResult(outcome, parts.joined(separator: "; ") + advice)
    }

    private func needsBackup(_ measurements: [TaskMeasurement]) -> Bool {
        judgements.contains { $0.newest == nil } || measurements.contains { $0.outcome != .ok }
    }

    /// Those that have no set or one that is too old; all where there is no such.
    private func worst() -> [AgeJudgement] {
        let bad = judgements.filter { ($0.measurement(configuration)?.outcome ?? .critical) != .ok }
        return bad.isEmpty ? judgements : bad
    }

    private func words(_ judgement: AgeJudgement) -> String {
        let whose = judgement.tier.map { "\($0.rawValue) backup" } ?? "backup"
        guard let newest = judgement.newest, let age = judgement.age else {
            let folders = inventory.folders.map { "'\($0)'" }.joined(separator: ", ")
            return "there is no \(whose) that counts in \(folders)"
        }
        let drill = newest.drill.map { "last drilled \(text($0.at))" } ?? "never drilled"
        return "the newest \(whose) is \(Self.age(age)) old: '\(newest.set.filePaths.first ?? newest.set.folder)' of"
            + " \(text(newest.instant)), \(drill)"
    }

    /// Names what is there but does not count.
    ///
    /// - Returns: the same in short, for the summary.
    private func tellOddities(_ context: TaskContext) -> [String] {
        var lines: [String] = []
        var short: [String] = []
        let passedOver = unique(judgements.flatMap(\.passedOver))
        lines += passedOver.map { "'\(path($0))' does not count: \($0.whyNot ?? "it was not verified")" }
        if !passedOver.isEmpty {
            short.append(
                "\(Self.count(passedOver.count, "newer set")) \(passedOver.count == 1 ? "does" : "do") not count")
        }
        let future = unique(judgements.flatMap(\.future))
        lines += future.map {
            "'\(path($0))' says to be of \(text($0.instant)), which is in the future: a clock is wrong"
        }
        if !future.isEmpty { short.append("\(Self.count(future.count, "set")) from the future") }
        let newest = judgements.compactMap { $0.newest?.instant }.min()
        let quarantined = inventory.quarantined.filter { copy in newest.map { copy.instant > $0 } ?? true }
        lines += quarantined.map { "'\($0.path)' of \(text($0.instant)) is in quarantine: \($0.reason)" }
        if !quarantined.isEmpty { short.append("\(Self.count(quarantined.count, "newer copy")) in quarantine") }
        let damaged = inventory.problems.filter(\.isDamage)
        lines += damaged.map(\.description)
        if !damaged.isEmpty { short.append("\(damaged.count) damaged") }
        for line in lines.prefix(Self.mostNamed) { context.log(.warning, line) }
        if lines.count > Self.mostNamed { context.log(.warning, "and \(lines.count - Self.mostNamed) more") }
        tellOlder(passedOver, context)
        return short
    }

    /// Older ones that do not count are no reason to worry today.
    private func tellOlder(_ told: [KnownSet], _ context: TaskContext) {
        let others = unique(inventory.sets.filter { !$0.counts && !told.contains($0) })
        for known in others.prefix(Self.mostNamed) {
            context.log(.info, "'\(path(known))' does not count: \(known.whyNot ?? "it was not verified")")
        }
        let older = inventory.quarantined.count
        if older > 0 { context.log(.info, "\(Self.count(older, "copy")) in quarantine in all") }
    }

    private func unique(_ sets: [KnownSet]) -> [KnownSet] {
        var seen: Set<String> = []
        return sets.filter { seen.insert(path($0)).inserted }
    }

    private func path(_ known: KnownSet) -> String { (known.set.filePaths.first ?? known.set.manifestPath).string }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: timeZone) }

    /// As in `90 seconds`, `3 hours` or `2 days`.
    private static func age(_ seconds: TimeInterval) -> String {
        if seconds < 120 { return count(Int(seconds), "second") }
        if seconds < 5_400 { return count(Int(seconds / 60), "minute") }
        if seconds < 172_800 { return count(Int(seconds / 3_600), "hour") }
        return count(Int(seconds / 86_400), "day")
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        let plural = noun.hasSuffix("y") && !noun.hasSuffix("ay") ? String(noun.dropLast()) + "ies" : noun + "s"
        return "\(number) \(number == 1 ? noun : plural)"
    }
}
