import Maintenance

/// How endpoints are asked, whichever they are.
struct ProbeRules: Sendable {
    /// How long one request may take.
    var timeLimit: Duration
    var retries: Int
    var retryDelay: Duration
    /// How many endpoints are asked at a time.
    var concurrency: Int
    /// The path of a PEM file; nil trusts the system's authorities.
    var certificateAuthority: String?

    // The same defaults as in plugin.yaml, for whoever calls without a manifest; a test compares them.
    init(_ configuration: HealthConfiguration) throws(Mistake) {
        timeLimit = configuration.timeLimitEach?.duration ?? .seconds(5)
        retries = configuration.retries ?? 2
        retryDelay = configuration.retryDelay?.duration ?? .milliseconds(500)
        concurrency = configuration.concurrency ?? 8
        certificateAuthority = configuration.certificateAuthority
        guard timeLimit > .zero else { throw Mistake("must be longer than nothing", at: "time_limit_each") }
        guard (0...10).contains(retries) else { throw Mistake("\(retries) is not from 0 to 10", at: "retries") }
        guard (1...32).contains(concurrency) else {
            throw Mistake("\(concurrency) is not from 1 to 32", at: "concurrency")
        }
        if let path = certificateAuthority, !path.hasPrefix("/") {
            throw Mistake("'\(path)' is no absolute path; begin it with '/'", at: "ca_file")
        }
    }
}
