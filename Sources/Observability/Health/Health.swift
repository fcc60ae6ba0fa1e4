/// Whether the daemon is well, as its parts say now.
package struct Health: Sendable {
    private let pulse: Pulse
    private let readiness: Readiness
    private let storeFault: @Sendable () -> String?
    private let configurationFault: @Sendable () -> String?

    /// An agenda that did not move for so long is stuck: it turns every half minute.
    package static let longestStillness = Duration.seconds(120)

    /// - Parameters:
    ///   - pulse: the agenda's.
    ///   - readiness: whether the daemon has begun, or is ending.
    ///   - storeFault: why the state cannot be recorded; nil where it can.
    ///   - configurationFault: why the configuration on disk is not in force; nil where it is.
    package init(
        pulse: Pulse, readiness: Readiness, storeFault: @escaping @Sendable () -> String?,
        configurationFault: @escaping @Sendable () -> String?
    ) {
        self.pulse = pulse
        self.readiness = readiness
        self.storeFault = storeFault
        self.configurationFault = configurationFault
    }

    package var phase: Readiness.Phase { readiness.phase }

    /// Whether the daemon works at all; if not, starting it anew may help.
    ///
    /// A full disk or a faulty configuration is none of that.
    package var isAlive: Bool { pulse.stillFor <= Self.longestStillness }

    /// All that is wrong.
    package var report: HealthReport {
        var report = HealthReport(phase: phase)
        if !isAlive {
            let seconds = Int(pulse.stillFor / .seconds(1))
            report.faults.append(.init("agenda", "the agenda has not moved for \(seconds) s; firings may be held up"))
        }
        if let fault = storeFault() { report.faults.append(.init("store", fault)) }
        if let fault = configurationFault() { report.warnings.append(.init("configuration", fault)) }
        return report
    }
}

/// What `GET /healthz` says.
package struct HealthReport: Hashable, Sendable, Encodable {
    /// Something that is wrong.
    package struct Finding: Hashable, Sendable, Encodable {
        /// `agenda`, `store` or `configuration`.
        package var part: String
        package var message: String

        init(_ part: String, _ message: String) {
            self.part = part
            self.message = message
        }
    }

    package var phase: Readiness.Phase
    /// What keeps the daemon from its work.
    package var faults: [Finding] = []
    /// What does not.
    package var warnings: [Finding] = []

    package var isWell: Bool { faults.isEmpty }

    private enum CodingKeys: String, CodingKey { case status, phase, faults, warnings }

    /// `{"status": "ok" or "faulty", "phase", "faults": [{part, message}], "warnings": […]}`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isWell ? "ok" : "faulty", forKey: .status)
        try container.encode(phase.rawValue, forKey: .phase)
        try container.encode(faults, forKey: .faults)
        try container.encode(warnings, forKey: .warnings)
    }
}
