import Maintenance
import YAMLDocument

/// Checks what only all tasks together show: names given twice, needs that nothing meets, and circles of needs.
struct TaskNames {
    private let tasks: [ReadTask]
    private var known = Known<Int>("task")

    init(_ tasks: [ReadTask]) {
        self.tasks = tasks
        for (index, task) in tasks.enumerated() {
            guard let name = task.name else {
                known.isComplete = false
                continue
            }
            if known.values[name] == nil { known.add(name, index) }
        }
    }

    func check() {
        for (index, task) in tasks.enumerated() {
            if let name = task.name, let first = known.values[name], first != index {
                let line = tasks[first].nameReader.map { ", on line \($0.node.position.line)" } ?? ""
                task.nameReader?.mistake("a task '\(name)' is there already\(line); give one of them another name")
            }
            for need in task.needs {
                guard known.value(namedBy: need.reader) != nil else { continue }
                if need.name == task.name { need.reader.mistake("the task '\(need.name)' cannot need itself") }
            }
        }
        refuseCircles()
    }

    /// Follows needs in file order, and names each circle from its first task on.
    private func refuseCircles() {
        enum Visit { case open, done }
        var visits: [Int: Visit] = [:]
        var path: [Int] = []
        var named: Set<Int> = []
        func visit(_ index: Int) {
            visits[index] = .open
            path.append(index)
            for need in tasks[index].needs {
                guard let next = known.values[need.name], next != index else { continue }
                switch visits[next] {
                case nil: visit(next)
                case .open:
                    let circle = Array(path.drop { $0 != next })
                    // Where all need all there are circles without number, and the first ones say it.
                    if !named.isSuperset(of: circle) { refuse(circle) }
                    named.formUnion(circle)
                case .done: break
                }
            }
            path.removeLast()
            visits[index] = .done
        }
        for index in tasks.indices where visits[index] == nil { visit(index) }
    }

    private func refuse(_ circle: [Int]) {
        guard let first = circle.min(), let turn = circle.firstIndex(of: first) else { return }
        let ordered = circle[turn...] + circle[..<turn]
        let names = (ordered + [first]).compactMap { tasks[$0].name }
        let links = zip(names, names.dropFirst()).map { "'\($0)' needs '\($1)'" }.joined(separator: ", ")
        let next = names.count > 1 ? names[1] : ""
        let reader = tasks[first].needs.first { $0.name == next }?.reader ?? tasks[first].nameReader
        reader?.mistake("these tasks wait for each other: \(links)")
    }
}
