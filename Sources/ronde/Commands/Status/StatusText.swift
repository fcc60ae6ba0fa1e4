import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import Runner

/// `ronde status` for people.
struct StatusText {
    let status: InstanceStatus
    let zone: TimeZone

    func print() {
        daemons()
        mistakes()
        running()
        waiting()
        locks()
        paused()
        last()
        next()
    }

    private func daemons() {
        if status.daemons.isEmpty {
            line(
                status.scheduled == 0
                    ? "No daemon runs, and nothing has a schedule."
                    : "No daemon runs: nothing of \(count(status.scheduled, "schedule")) happens. Start: ronde daemon")
        }
        for daemon in status.daemons {
            line(
                "Daemon \(daemon.pid) watches \(count(daemon.schedules, "schedule")), "
                    + "for \(ago(daemon.startedAt)) (version \(daemon.version)).")
            guard let fault = daemon.fault else { continue }
            line(
                "Its configuration on disk is faulty, for \(ago(fault.since)): it goes on with that of "
                    + "\(text(daemon.configuredAt)).")
            show(fault.mistakes, of: fault.count)
        }
    }

    /// Where no daemon has told of them.
    private func mistakes() {
        guard !status.mistakes.isEmpty, !status.daemons.contains(where: { $0.fault != nil }) else { return }
        line("The configuration on disk is faulty; what follows is what can be known in spite of it.")
        show(status.mistakes, of: status.mistakes.count)
    }

    private func show(_ mistakes: [String], of count: Int) {
        for mistake in mistakes.prefix(5) { line("  \(PrintableText.of(mistake))") }
        if count > 5 { line("  and \(count - 5) more; see: ronde validate") }
    }

    private func running() {
        guard !status.running.isEmpty else { return }
        var table = TextTable(columns: [
            .init("Running", minimum: 8), .init("Task"), .init("For", .right), .init("Done", .right),
            .init("Now", minimum: 10),
        ])
        for run in status.running {
            table.add([
                run.run.rawValue, run.task ?? "", HumanText.duration(status.now.timeIntervalSince(run.startedAt)),
                run.fraction.map { "\(Int($0 * 100)) %" } ?? "", PrintableText.of(run.message ?? ""),
            ])
        }
        write(table)
    }

    private func locks() {
        let locks = status.locks.filter(\.isOfWork)
        guard !locks.isEmpty else { return }
        var table = TextTable(columns: [.init("Lock", minimum: 10), .init("Mode"), .init("Held by", minimum: 12)])
        for lock in locks {
            let pids = lock.pids.map(String.init).joined(separator: ", ")
            table.add([lock.subject, lock.mode, lock.purpose ?? "process \(pids)"])
        }
        write(table)
    }

    private func waiting() {
        for row in WaitingList(runs: status.waiting, zone: zone, now: status.now).rows {
            let late = row.overdue ? ", OVERDUE" : ""
            line("Waits for a person, for \(ago(row.since))\(late): \(row.run), task \(row.task). See: ronde sign")
        }
    }

    private func paused() {
        for pause in status.paused {
            let end = pause.until.map { " until \(text($0))" } ?? ""
            line("Paused: \(pause.checklist)\(end): \(PrintableText.of(pause.reason))")
        }
    }

    private func last() {
        guard !status.last.isEmpty else { return line("No run has ended yet.") }
        var table = TextTable(columns: [
            .init("Checklist", minimum: 8), .init("Last run"), .init("Ended"), .init("Ago", .right),
        ])
        for run in status.last {
            table.add([
                run.checklist, run.outcome?.rawValue ?? "", run.endedAt.map(text) ?? "",
                run.endedAt.map(ago) ?? "",
            ])
        }
        write(table)
    }

    private func next() {
        guard let first = status.next.first else { return }
        let wait = HumanText.duration(first.due.timeIntervalSince(status.now))
        line("Next: \(first.checklist) in \(wait), at \(text(first.due)). More: ronde next")
    }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: zone) }
    private func ago(_ instant: Date) -> String { HumanText.duration(max(status.now.timeIntervalSince(instant), 0)) }
    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    private func line(_ text: String) { Terminal.write(text + "\n", to: STDOUT_FILENO) }
    private func write(_ table: TextTable) { Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO) }
}
