import DurableFiles
import Foundation
import Glibc
import Maintenance
import PluginKit
import Processes
import Runner
import Supervision
package import SystemPackage

/// Starts a plugin in all ways that its contract speaks of, and says of each whether it was kept.
package struct ConformanceRun: Sendable {
    let subject: Subject
    /// A folder of its own, which the caller removes.
    let folder: FilePath

    package init(_ subject: Subject, in folder: FilePath) {
        self.subject = subject
        self.folder = folder
    }

    /// All findings, in the order in which they are made; each is also given to `tell` at once.
    ///
    /// - Throws: `CancellationError` where its task is cancelled.
    package func perform(
        tell: (ConformanceFinding) -> Void = { _ in }
    ) async throws -> [ConformanceFinding] {
        var findings: [ConformanceFinding] = []
        func keep(_ found: [ConformanceFinding]) throws {
            try Task.checkCancellation()
            findings += found
            found.forEach(tell)
        }
        do {
            let plain = try rehearsal("plain")
            let request = try plain.request()
            let seen = try await plain.run(request)
            let judge = Judge(subject: subject, seen: seen)
            try keep(subject.manifest.isCheck ? judge.checkFindings() : judge.eventFindings())
            if !subject.manifest.isCheck {
                try keep([try await unknownKeys(judge), try await badParameters()])
                try keep([try await told("stop, waiting", .toldWhileWaiting, "of SIGTERM before its request")])
            }
            try keep([try await told("stop, working", .toldWhileWorking, "of SIGTERM while it works")])
            if !subject.manifest.isCheck {
                try keep([try await inputGone()])
                try keep([
                    try await told("input ends", .inputEndsWhileWorking, "where its input ends while it works")
                ])
            }
            try keep([try await dryRun()])
        } catch let error as CancellationError {
            throw error
        } catch {
            try keep([ConformanceFinding("start", expected: "that it can be started", happened: "\(error)", .failed)])
        }
        return findings
    }

    func rehearsal(_ name: String) throws -> Rehearsal {
        let rehearsal = Rehearsal(
            subject: subject, scratch: folder.appending("\(name)-scratch"), state: folder.appending("\(name)-state"))
        try Folder.create(rehearsal.scratch, isDurable: false)
        if let user = try Confinement(subject.manifest.limits, hasNoInput: false).user {
            // As the runner does: the scratch folder is that user's own, and can be reached.
            _ = chown(rehearsal.scratch.string, user.user, user.group)
            _ = chmod(folder.string, 0o711)
        }
        if subject.manifest.keepsState { try Folder.create(rehearsal.state, isDurable: false) }
        return rehearsal
    }

    // MARK: Requests

    private func unknownKeys(_ plain: Judge) async throws -> ConformanceFinding {
        let rehearsal = try rehearsal("unknown-keys")
        let request = try rehearsal.request { members in
            members["a_key_of_tomorrow"] = .object(["with": .array([.integer(1), .null])])
            if case .object(var service) = members["service"] {
                service["a_key_of_tomorrow"] = .string("nothing")
                members["service"] = .object(service)
            }
        }
        let judge = Judge(subject: subject, seen: try await rehearsal.run(request))
        return ConformanceFinding(
            "unknown keys", expected: "the same answer to a request that has more keys", happened: judge.answer,
            passed: judge.isSound && judge.outcome == plain.outcome || !plain.isSound && judge.answer == plain.answer)
    }

    private func badParameters() async throws -> ConformanceFinding {
        let expected = "no 'ok' to parameters of another type"
        guard !subject.manifest.parameters.isEmpty else {
            return ConformanceFinding("bad parameters", expected: expected, happened: "it has no parameters", .skipped)
        }
        let rehearsal = try rehearsal("bad-parameters")
        let bad = subject.manifest.parameters.map { ($0.name, Self.unfit($0)) }
        let request = try rehearsal.request { $0["with"] = .object(Dictionary(bad) { first, _ in first }) }
        let judge = Judge(subject: subject, seen: try await rehearsal.run(request))
        let isWell = judge.outcome != .ok && judge.outcome != .skipped && judge.hasEnded
        return ConformanceFinding("bad parameters", expected: expected, happened: judge.answer, passed: isWell)
    }

    private static func unfit(_ parameter: PluginParameter) -> JSONValue {
        switch parameter.kind {
        case .string, .duration, .size, .percentage: .object(["unfit": .bool(true)])
        case .integer, .number, .boolean, .array, .object: .string("unfit")
        }
    }

    // MARK: Ends

    private func told(
        _ check: String, _ disturbance: Rehearsal.Disturbance, _ when: String
    ) async throws -> ConformanceFinding {
        let rehearsal = try rehearsal(check.replacing(", ", with: "-"))
        let seen = try await rehearsal.run(try rehearsal.request(), disturbance)
        let expected = "an end within \(TimeSpan(subject.grace)) \(when)"
        guard let time = seen.timeToEnd else {
            let judge = Judge(subject: subject, seen: seen)
            return ConformanceFinding(
                check, expected: expected, happened: "it ended by itself before", passed: judge.hasEnded)
        }
        let isInTime = time < subject.grace
        return ConformanceFinding(
            check, expected: expected,
            happened: isInTime ? "it ended after \(Judge.text(time))" : "it went on and had to be killed",
            passed: isInTime)
    }

    private func inputGone() async throws -> ConformanceFinding {
        let seen = try await rehearsal("no-input").run([], .inputEndsAtOnce)
        let judge = Judge(subject: subject, seen: seen)
        let isWell = seen.end != .timedOut && judge.outcome != .ok
        return ConformanceFinding(
            "no request", expected: "an end, and no 'ok', where its input ends without a request",
            happened: seen.end == .timedOut ? "it went on and had to be killed" : judge.answer, passed: isWell)
    }

    // MARK: Dry run

    private func dryRun() async throws -> ConformanceFinding {
        let expected = "an answer, and no trace in its folders"
        guard subject.manifest.dryRun else {
            return ConformanceFinding(
                "dry run", expected: expected, happened: "its manifest does not say 'dry_run: true'", .skipped)
        }
        let rehearsal = try rehearsal("dry-run")
        let folders = [rehearsal.scratch, rehearsal.state, subject.folder]
        let before = FolderTrace(of: folders)
        let judge = Judge(subject: subject, seen: try await rehearsal.run(try rehearsal.request(isDryRun: true)))
        let difference = FolderTrace(of: folders).difference(from: before)
        return ConformanceFinding(
            "dry run", expected: expected, happened: difference ?? judge.answer,
            passed: difference == nil && (judge.isSound || subject.manifest.isCheck && judge.hasEnded))
    }
}
