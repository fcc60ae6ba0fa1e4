import Foundation
import HTTPTesting
import Synchronization

/// A service that keeps records below `/api/users`, and breaks where a test wants it to.
final class Register: Sendable {
    /// Takes the request before the register does; nil lets it.
    typealias Fault = @Sendable (_ request: TestRequest, _ earlier: Int) -> Reaction?

    private struct State {
        var records: [Int: [String: String]] = [:]
        var next = 1
        var fault: Fault
    }

    private let state: Mutex<State>

    init(_ fault: @escaping Fault = { _, _ in nil }) { state = Mutex(State(fault: fault)) }

    /// Breaks in another way from now on; in none where nothing is said.
    func breaks(_ fault: @escaping Fault = { _, _ in nil }) { state.withLock { $0.fault = fault } }

    func remove(_ id: Int) { state.withLock { _ = $0.records.removeValue(forKey: id) } }

    var records: [Int: [String: String]] { state.withLock { $0.records } }

    /// Puts somebody else's record there.
    func put(_ id: Int, _ record: [String: String]) {
        state.withLock { state in
            state.records[id] = record
            state.next = max(state.next, id + 1)
        }
    }

    func answer(_ request: TestRequest, _ earlier: Int) -> Reaction {
        let fault = state.withLock { $0.fault }
        return fault(request, earlier) ?? obey(request)
    }

    /// Does what is asked.
    func obey(_ request: TestRequest) -> Reaction {
        let id = Int(request.path.dropFirst("/api/users/".count))
        return state.withLock { state in
            switch (request.method, id) {
            case ("POST", nil):
                guard let record = try? JSONDecoder().decode([String: String].self, from: Data(request.body.utf8))
                else { return .reply("400 Bad Request", #"{"error":"no record"}"#) }
                state.records[state.next] = record
                state.next += 1
                return .reply("201 Created", Self.text(record, id: state.next - 1))
            case ("GET", nil):
                let word = request.path.split(separator: "=").dropFirst().first?.prefix { $0 != "&" } ?? ""
                let found = state.records.filter { $0.value.values.contains { $0.contains(word) } }
                let list = found.map { Self.text($0.value, id: $0.key) }.joined(separator: ",")
                return .reply("200 OK", #"{"users":[\#(list)],"total":\#(found.count)}"#)
            case ("GET", let id?):
                guard let record = state.records[id] else { return .reply("404 Not Found", #"{"error":"no user"}"#) }
                return .reply("200 OK", Self.text(record, id: id))
            case ("DELETE", let id?):
                guard state.records.removeValue(forKey: id) != nil else { return .reply("404 Not Found") }
                return .reply("200 OK", #"{"message":"gone"}"#)
            default: return .reply("405 Method Not Allowed")
            }
        }
    }

    private static func text(_ record: [String: String], id: Int) -> String {
        let members = record.map { #""\#($0.key)":"\#($0.value)""# }.joined(separator: ",")
        return #"{"id":\#(id),\#(members)}"#
    }
}
