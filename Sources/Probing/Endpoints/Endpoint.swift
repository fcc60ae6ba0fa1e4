import Maintenance
import Networking

/// One thing to ask of the service, and what the answer must be.
struct Endpoint: Sendable {
    /// What its measurements begin with.
    let name: String
    /// From the `/` behind the service's URL.
    let path: String
    let method: HTTPMethod
    let headers: HTTPHeaders
    let body: [UInt8]?
    let expectation: Expectation
    private(set) var measures: [MeasuredField]
    /// The response time above which to warn; nil leaves it to the service's threshold.
    private(set) var warning: TimeSpan?
    let critical: TimeSpan?

    init(
        _ entry: EndpointEntry, name: String, timeLimit: Duration, methods: [HTTPMethod]
    ) throws(Mistake) {
        self.name = name
        path = entry.path
        guard Self.isPath(path) else {
            throw Mistake("a path begins with '/' and has no spaces, control characters or '#'", at: "path")
        }
        guard Self.isName(name) else {
            throw Mistake("'\(name)' may have small letters, digits and '_' only", at: "name")
        }
        method = try Self.method(entry.method, of: methods)
        body = try RequestBody.bytes(of: entry, method)
        headers = try located("headers") { () throws(Mistake) in
            try RequestBody.headers(entry.headers ?? [:], isJSON: entry.body != nil)
        }
        expectation = try Expectation(entry)
        measures = try Self.measures(entry.measure ?? [])
        if method == .head, expectation.needsBody || !measures.isEmpty {
            throw Mistake("the answer to HEAD has no body to judge or to measure; use GET", at: "method")
        }
        (warning, critical) = (entry.warning, entry.critical)
        for (label, limit) in [("warning", warning), ("critical", critical)] {
            if let limit, limit.duration >= timeLimit {
                throw Mistake(
                    "\(limit) is never reached, since a request ends after time_limit_each (\(TimeSpan(timeLimit)))",
                    at: label)
            }
        }
        if let warning, let critical, critical < warning {
            throw Mistake("\(critical) comes before the warning at \(warning)", at: "critical")
        }
    }

    /// How messages call it.
    var title: String { method == .get ? path : "\(method.rawValue) \(path)" }

    /// The same endpoint, judged by the service's thresholds where its own parameters leave that open.
    func judged(by service: Service, usual: TimeSpan?) throws(Mistake) -> Endpoint {
        var judged = self
        // The threshold is for all endpoints alike; one that is critical before it has a measure of its own.
        if warning == nil, let limit = service.thresholds.responseTime ?? usual, limit <= critical ?? limit {
            judged.warning = limit
        }
        for index in measures.indices { judged.measures[index] = try measures[index].judged(by: service) }
        return judged
    }

    private static func isPath(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "/")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { EndpointNames.isNameByte($0) || $0 == UInt8(ascii: "_") }
    }

    private static func method(_ text: String?, of allowed: [HTTPMethod]) throws(Mistake) -> HTTPMethod {
        guard let text else { return .get }
        guard let method = HTTPMethod(rawValue: text), allowed.contains(method) else {
            let names = allowed.map(\.rawValue)
            let list = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
            throw Mistake("'\(text)' is not \(list)", at: "method")
        }
        return method
    }

    private static func measures(_ entries: [MeasureEntry]) throws(Mistake) -> [MeasuredField] {
        var measures: [MeasuredField] = []
        for entry in entries {
            measures.append(
                try located("measure '\(entry.name)'") { () throws(Mistake) in try MeasuredField(entry) })
        }
        return measures
    }
}
