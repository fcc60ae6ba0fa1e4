package import Maintenance

/// The order in which the tasks of a checklist run: that of the file, except that a task comes after what it needs.
package enum TaskOrder {
    /// Tasks that wait for each other in a circle.
    package struct Circle: Error, Hashable, CustomStringConvertible {
        /// In the order of waiting; the first waits for the second, and the last for the first.
        package let tasks: [String]

        package var description: String {
            "tasks wait for each other: \((tasks + tasks.prefix(1)).joined(separator: " needs "))"
        }
    }

    /// Needs that name no task of the list are ignored here: the configuration has refused them already.
    package static func sorted(_ tasks: [TaskDefinition]) throws(Circle) -> [TaskDefinition] {
        var byName: [String: TaskDefinition] = [:]
        for task in tasks { byName[task.name] = task }
        var sorted: [TaskDefinition] = []
        var done: Set<String> = []
        func visit(_ task: TaskDefinition, below path: [String]) throws(Circle) {
            if done.contains(task.name) { return }
            if let start = path.firstIndex(of: task.name) { throw Circle(tasks: Array(path[start...])) }
            for need in task.needs {
                if let needed = byName[need] { try visit(needed, below: path + [task.name]) }
            }
            done.insert(task.name)
            sorted.append(task)
        }
        for task in tasks { try visit(task, below: []) }
        return sorted
    }
}
