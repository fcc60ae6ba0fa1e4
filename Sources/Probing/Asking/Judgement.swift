import Maintenance
import Networking
import PluginKit

/// What one attempt came to.
struct Judgement: Sendable {
    /// What is wrong, in words that follow the endpoint's title; empty if nothing is.
    private(set) var objections: [String] = []
    /// Nil if there was no answer.
    private(set) var reply: HTTPReply?
    /// The numbers to measure that were found.
    private(set) var values: [(field: MeasuredField, value: Double)] = []
    /// What the service itself said of its trouble, printable.
    private(set) var explanation: String?
    /// Whether asking again can come to anything else.
    private(set) var mayChange = true

    var isWell: Bool { objections.isEmpty }

    /// More wrong fields than this are counted, not named.
    private static let mostNamed = 10

    /// Where services put their own words about an error.
    private static let explanations = ["error", "error.message", "message", "detail"]

    init(_ failure: HTTPFailure) {
        switch failure.kind {
        case .bodyTooLarge(let limit):
            objections = ["answers more than \(ByteSize(bytes: Int64(limit))), which is not read; ask for less of it"]
            mayChange = false
        case .tls(.untrusted, _):
            objections = ["does not answer: \(failure) (parameter 'ca_file')"]
        case .invalidURL, .invalidRequest, .tls(.authorityFile, _), .cancelled:
            objections = ["does not answer: \(failure)"]
            mayChange = false
        default: objections = ["does not answer: \(failure)"]
        }
    }

    init(_ reply: HTTPReply, to endpoint: Endpoint) {
        self.reply = reply
        let expectation = endpoint.expectation
        let isStatusWell = expectation.statuses.contains(reply.status)
        if !isStatusWell { objections.append("answers \(reply.status) (wanted \(expectation.statuses))") }
        if isStatusWell, let text = expectation.contains, !ByteSearch.holds(reply.body, Array(text.utf8)) {
            objections.append("does not say \"\(Excerpt.of(text, limit: 80))\"")
        }
        let wanted = Set(expectation.fields.map(\.path) + endpoint.measures.map(\.field))
        let needsJSON = isStatusWell && !wanted.isEmpty
        if isStatusWell, let shape = expectation.shape { judge(reply.body, by: shape) }
        do throws(JSONFields.NotJSON) {
            // Parsing what nobody asks about is for the trouble alone: the body may be large.
            guard needsJSON || !isWell else { return }
            let fields = try JSONFields(wanted.union(Self.explanations), of: reply.body)
            if needsJSON { judge(fields, endpoint) }
            if !isWell { explanation = Self.explanation(in: fields) }
        } catch {
            if needsJSON { object(toBody: reply.body) }
        }
    }

    private mutating func judge(_ body: [UInt8], by shape: JSONShape) {
        do throws(JSONFields.NotJSON) {
            let differences = try shape.differences(in: body)
            guard !differences.isEmpty else { return }
            objections.append("answers, but " + differences.joined(separator: ", "))
        } catch {
            object(toBody: body)
        }
    }

    /// Once, whoever else wanted JSON of it too.
    private mutating func object(toBody body: [UInt8]) {
        let words = body.isEmpty ? "answers without a body, not with JSON" : "does not answer JSON"
        if !objections.contains(words) { objections.append(words) }
    }

    private mutating func judge(_ fields: JSONFields, _ endpoint: Endpoint) {
        var wrong: [String] = []
        for (path, rule) in endpoint.expectation.fields {
            if let objection = rule.objection(to: fields[path]) {
                wrong.append("\(Excerpt.of(path, limit: 80)) \(objection)")
            }
        }
        for measure in endpoint.measures {
            let found = fields[measure.field]
            if case .scalar(let value) = found, let number = value.double, number.isFinite {
                values.append((measure, number))
            } else {
                wrong.append("\(Excerpt.of(measure.field, limit: 80)) is \(found) (wanted a number to measure)")
            }
        }
        guard !wrong.isEmpty else { return }
        let rest = wrong.count - Self.mostNamed
        let more = rest > 0 ? ", and \(rest) more" : ""
        objections.append("answers, but " + wrong.prefix(Self.mostNamed).joined(separator: ", ") + more)
    }

    private static func explanation(in fields: JSONFields) -> String? {
        for path in explanations {
            if case .scalar(.string(let text)) = fields[path], !Excerpt.of(text).isEmpty { return Excerpt.of(text) }
        }
        return nil
    }
}
