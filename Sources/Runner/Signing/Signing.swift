package import Maintenance

/// What a person says of a task that waits for one.
package struct Signing: Sendable {
    package var task: String
    package var signature: Signature
    /// Files that were given as evidence, where they are kept.
    package var files: [String: Artifact]

    package init(task: String, signature: Signature, files: [String: Artifact] = [:]) {
        self.task = task
        self.signature = signature
        self.files = files
    }

    /// The task as this leaves it.
    ///
    /// - Parameters:
    ///   - report: the task as it waits.
    ///   - startedBy: the account that started the run, where a person did.
    /// - Returns: the task, ended.
    /// - Throws: ``SigningRefusal``; then nothing is to be changed.
    func apply(to report: TaskReport, startedBy: String?) throws(SigningRefusal) -> TaskReport {
        guard report.wantsSignature, let step = report.awaits else {
            throw .notWaiting(task: report.task, outcome: report.outcome)
        }
        guard step.by.isEmpty || step.by.contains(signature.by) else {
            throw .notForYou(account: signature.by, allowed: step.by)
        }
        if step.isNotForStarter, signature.by == startedBy { throw .starter(account: signature.by) }
        var signed = report
        // What was refused needs no proof that it was done.
        let measurements = signature.isGiven ? try self.measurements(step) : []
        signed.measurements += measurements
        signed.artifacts += files.sorted { $0.key < $1.key }.map(\.value)
        signed.signature = signature
        signed.outcome = signature.isGiven ? measurements.map(\.outcome).worst : .critical
        signed.summary = words(step) + (signature.note.map { ": \($0)" } ?? "")
        signed.endedAt = report.startedAt.map { max($0, signature.at) } ?? signature.at
        return signed
    }

    private func words(_ step: AwaitedStep) -> String {
        switch (step.kind, signature.isGiven) {
        case (.step, true): "done by \(signature.by)"
        case (.step, false): "not done, says \(signature.by)"
        case (.approval, true): "approved by \(signature.by)"
        case (.approval, false): "not approved by \(signature.by)"
        }
    }

    /// Checks the evidence; numbers become measurements, judged by the ranges that the step names.
    private func measurements(_ step: AwaitedStep) throws(SigningRefusal) -> [TaskMeasurement] {
        let given = Set(signature.evidence.keys).union(files.keys)
        let known = step.evidence.map(\.name)
        if let stranger = given.sorted().first(where: { !known.contains($0) }) {
            throw .unknownEvidence(stranger, known: known)
        }
        let missing = step.evidence.filter { $0.isRequired && !given.contains($0.name) }
        guard missing.isEmpty else { throw .missingEvidence(missing) }
        var found: [TaskMeasurement] = []
        for wanted in step.evidence where given.contains(wanted.name) {
            if (wanted.kind == .file) != (files[wanted.name] != nil) {
                throw .wrongKind(wanted)
            }
            guard wanted.kind == .number else { continue }
            guard let text = signature.evidence[wanted.name], let value = Double(text), value.isFinite else {
                throw .wrongKind(wanted)
            }
            found.append(
                TaskMeasurement(
                    wanted.name, value, MeasurementUnit(rawValue: wanted.unit), warning: wanted.warning,
                    critical: wanted.critical))
        }
        return found
    }
}

/// Why a signature does not count.
package enum SigningRefusal: Error, Hashable, CustomStringConvertible {
    case notWaiting(task: String, outcome: Outcome)
    case notForYou(account: String, allowed: [String])
    case starter(account: String)
    case missingEvidence([RequestedEvidence])
    case unknownEvidence(String, known: [String])
    case wrongKind(RequestedEvidence)

    package var description: String {
        switch self {
        case .notWaiting(let task, let outcome):
            "the task '\(task)' waits for nobody's signature: it is '\(outcome.rawValue)'"
        case .notForYou(let account, let allowed):
            "'\(account)' may not sign this; it is for \(allowed.joined(separator: ", "))"
        case .starter(let account):
            "'\(account)' started this run, and somebody else is to approve it"
        case .missingEvidence(let missing):
            "evidence is missing: "
                + missing.map { wanted in
                    let what = wanted.description.isEmpty ? "" : " (\(wanted.description))"
                    return "--evidence \(wanted.name)=" + (wanted.kind == .file ? "@FILE" : "…") + what
                }.joined(separator: ", ")
        case .unknownEvidence(let name, let known):
            "nobody asked for evidence called '\(name)'; "
                + (known.isEmpty ? "none is wanted" : "wanted: \(known.joined(separator: ", "))")
        case .wrongKind(let wanted):
            switch wanted.kind {
            case .file: "the evidence '\(wanted.name)' is a file: --evidence \(wanted.name)=@FILE"
            case .number: "the evidence '\(wanted.name)' is a number: --evidence \(wanted.name)=12.5"
            case .text: "the evidence '\(wanted.name)' is a text: --evidence \(wanted.name)='…'"
            }
        }
    }
}
