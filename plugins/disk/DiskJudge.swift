import Foundation
import HostTasks
import Maintenance
import PluginKit
import ProcFS
import Trends

/// One file system, as it is seen and as it is going to be.
struct DiskView {
    let facts: FileSystemFacts
    /// What its measurements begin with.
    let name: String
    /// How people find it: its path, and where it is mounted if that says more.
    let title: String
    let growth: Trend?
    let inodeGrowth: Trend?

    /// When its room will be used up.
    var full: Date? { facts.room.flatMap { growth?.reaches($0.capacity) } }
    var inodesFull: Date? { facts.inodes.flatMap { inodeGrowth?.reaches($0.capacity) } }
}

/// Measures and judges file systems by the limits of a checklist.
struct DiskJudge {
    let limits: DiskConfiguration
    let now: Date
    let day: (Date) -> String

    func measurements(of view: DiskView) -> [TaskMeasurement] {
        [used(view), free(view), size(view), inodes(view), growth(view), fullIn(view), inodesFullIn(view)]
            .compactMap { $0 }
    }

    /// Adds what is not as it should be of a file system, in few words and with what to do.
    func judge(_ view: DiskView, into findings: inout Findings) {
        if view.facts.isReadOnly {
            let words = "\(view.title) is mounted read-only; see the kernel's log for why, then remount it"
            return findings.add(limits.readOnly, words)
        }
        guard let room = view.facts.room else {
            return findings.add(.warning, "\(view.title) has no room to measure; name another path")
        }
        let space = [used(view)?.outcome, free(view)?.outcome].compactMap { $0 }.worst
        findings.add(
            space,
            "\(view.title) is \(Words.percent(room.usedShare)) used, \(ByteSize(about: room.available)) free; "
                + "remove something or enlarge it")
        if let soon = fullIn(view), let full = view.full, space == .ok || soon.outcome == .critical {
            findings.judge(
                soon,
                "\(view.title) will be full in \(Words.span(soon.value)), about \(day(full)): "
                    + "it grows by \(ByteSize(about: view.growth?.perDay ?? 0)) a day")
        }
        if let share = inodes(view), let supply = view.facts.inodes {
            findings.judge(
                share,
                "\(view.title) has used \(Words.percent(supply.usedShare)) of its inodes; remove many small files")
        }
        if let soon = inodesFullIn(view), let full = view.inodesFull, inodes(view)?.outcome == .ok {
            findings.judge(
                soon,
                "\(view.title) will run out of inodes in \(Words.span(soon.value)), about \(day(full)): it gets "
                    + "\(Words.number(view.inodeGrowth?.perDay ?? 0, 0)) more files a day")
        }
    }

    /// A file system in one line, whether it is well or not.
    func line(of view: DiskView) -> String {
        let mount = view.facts.mount.map { " (\(Excerpt.of($0.source, limit: 80)), \(Excerpt.of($0.kind, limit: 20)))" }
        return view.title + (mount ?? "") + ": "
            + [use(of: view), inodeUse(of: view), outlook(for: view)]
            .compactMap { $0 }.joined(separator: "; ")
    }

    func use(of view: DiskView) -> String {
        let readOnly = view.facts.isReadOnly ? ", read-only" : ""
        guard let room = view.facts.room else { return "no room to measure" + readOnly }
        return "\(Words.percent(room.usedShare)) used, \(ByteSize(about: room.available)) of "
            + "\(ByteSize(about: room.capacity)) free" + readOnly
    }

    /// What is to come, nil where too little has been seen.
    func outlook(for view: DiskView) -> String? {
        guard let growth = view.growth, !view.facts.isReadOnly else { return nil }
        let change = ByteSize(about: growth.perDay.magnitude)
        guard let full = view.full else {
            return growth.perDay > 0
                ? "grows by \(change) a day" : change.bytes == 0 ? "does not grow" : "shrinks by \(change) a day"
        }
        return "grows by \(change) a day, full about \(day(full))"
    }

    private func inodeUse(of view: DiskView) -> String? {
        view.facts.inodes.map { "\(Words.percent($0.usedShare)) of inodes used" }
    }
}

extension DiskJudge {
    private func used(_ view: DiskView) -> TaskMeasurement? {
        guard let room = view.facts.room else { return nil }
        let isJudged = !view.facts.isReadOnly
        return TaskMeasurement(
            "\(view.name).used", rounded(room.usedShare), .percent,
            warning: isJudged ? .above(limits.usedWarning.percent) : nil,
            critical: isJudged ? .above(limits.usedCritical.percent) : nil)
    }

    private func free(_ view: DiskView) -> TaskMeasurement? {
        guard let room = view.facts.room else { return nil }
        let isJudged = !view.facts.isReadOnly
        func limit(_ size: ByteSize?) -> MeasurementRange? {
            isJudged ? size.map { .below(Double($0.bytes)) } : nil
        }
        return TaskMeasurement(
            "\(view.name).free", room.available, .bytes, warning: limit(limits.freeWarning),
            critical: limit(limits.freeCritical))
    }

    private func size(_ view: DiskView) -> TaskMeasurement? {
        view.facts.room.map { TaskMeasurement("\(view.name).size", $0.capacity, .bytes) }
    }

    private func inodes(_ view: DiskView) -> TaskMeasurement? {
        guard let supply = view.facts.inodes, !view.facts.isReadOnly else { return nil }
        return TaskMeasurement(
            "\(view.name).inodes_used", rounded(supply.usedShare), .percent,
            warning: .above(limits.inodesWarning.percent), critical: .above(limits.inodesCritical.percent))
    }

    private func growth(_ view: DiskView) -> TaskMeasurement? {
        guard let growth = view.growth, !view.facts.isReadOnly else { return nil }
        return TaskMeasurement("\(view.name).growth", growth.perDay.rounded(), .bytes)
    }

    private func fullIn(_ view: DiskView) -> TaskMeasurement? { time("full_in", of: view, until: view.full) }

    private func inodesFullIn(_ view: DiskView) -> TaskMeasurement? {
        time("inodes_full_in", of: view, until: view.inodesFull)
    }

    private func time(_ name: String, of view: DiskView, until end: Date?) -> TaskMeasurement? {
        guard let end, !view.facts.isReadOnly else { return nil }
        return TaskMeasurement(
            "\(view.name).\(name)", max(end.timeIntervalSince(now), 0).rounded(), .seconds,
            warning: .below(limits.fullWithinWarning.seconds),
            critical: limits.fullWithinCritical.map { .below($0.seconds) })
    }

    /// To hundredths: more digits would only pretend.
    private func rounded(_ share: Double) -> Double { (share * 100).rounded() / 100 }
}
