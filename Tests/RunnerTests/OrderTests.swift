import Foundation
import Maintenance
import Testing

@testable import Runner

struct OrderTests {
    @Test(
        "tasks keep the order of the file, except after what they need",
        arguments: [
            (["a": [], "b": [], "c": []] as [String: [String]], ["a", "b", "c"]),
            (["a": ["c"], "b": [], "c": []], ["c", "a", "b"]),
            (["a": ["b"], "b": ["c"], "c": []], ["c", "b", "a"]), (["a": ["nowhere"], "b": ["b2"]], ["a", "b"]),
        ])
    func sorted(needs: [String: [String]], order: [String]) throws {
        let tasks = needs.keys.sorted().map { TaskDefinition.of($0, needs: needs[$0] ?? []) }
        #expect(try TaskOrder.sorted(tasks).map(\.name) == order)
    }

    @Test("tasks that wait for each other are told")
    func circle() throws {
        let tasks: [TaskDefinition] = [.of("a", needs: ["b"]), .of("b", needs: ["c"]), .of("c", needs: ["b"])]
        let error = #expect(throws: TaskOrder.Circle.self) { try TaskOrder.sorted(tasks) }
        #expect(error?.description == "tasks wait for each other: b needs c needs b")
    }

    @Test("a thousand tasks in a chain are sorted")
    func chain() throws {
        let tasks = (0..<1000).map { TaskDefinition.of("t\($0)", needs: $0 < 999 ? ["t\($0 + 1)"] : []) }
        #expect(try TaskOrder.sorted(tasks).map(\.name) == tasks.map(\.name).reversed())
    }
}
