package import Maintenance

/// How endpoints are asked, whichever they are.
package struct ProbeRules: Sendable {
    /// How long one request may take.
    package var timeLimit: Duration
    package var retries: Int
    package var retryDelay: Duration
    /// How many endpoints are asked at a time.
    package var concurrency: Int
    /// The path of a PEM file; nil trusts the system's authorities.
    package var certificateAuthority: String?

    /// Takes the parameters that are given; the defaults are those of health's manifest, and a test compares them.
    ///
    /// - Throws: ``Mistake`` naming the parameter that cannot be right.
    package init(
        timeLimitEach: TimeSpan? = nil, retries: Int? = nil, retryDelay: TimeSpan? = nil, concurrency: Int? = nil,
        certificateAuthority: String? = nil
    ) throws(Mistake) {
        timeLimit = timeLimitEach?.duration ?? .seconds(5)
        self.retries = retries ?? 2
        self.retryDelay = retryDelay?.duration ?? .milliseconds(500)
        self.concurrency = concurrency ?? 8
        self.certificateAuthority = certificateAuthority
        guard timeLimit > .zero else { throw Mistake("must be longer than nothing", at: "time_limit_each") }
        guard (0...10).contains(self.retries) else {
            throw Mistake("\(self.retries) is not from 0 to 10", at: "retries")
        }
        guard (1...32).contains(self.concurrency) else {
            throw Mistake("\(self.concurrency) is not from 1 to 32", at: "concurrency")
        }
        if let path = certificateAuthority, !path.hasPrefix("/") {
            throw Mistake("'\(path)' is no absolute path; begin it with '/'", at: "ca_file")
        }
    }
}
