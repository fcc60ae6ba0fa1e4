package import Maintenance

/// Code that can do a task.
///
/// In production a plugin runs in a process of its own (``PluginHost``); in unit tests ``run(in:)`` is called directly.
package protocol TaskPlugin: Sendable {
    /// What a checklist may say below `with:`, checked against the manifest before it gets here.
    associatedtype Configuration: Decodable & Sendable

    /// The name by which checklists call it: the `name` of its manifest.
    static var name: String { get }

    /// The bytes of its `plugin.yaml`, embedded at build time.
    static var manifest: [UInt8] { get }

    /// - Throws: ``TaskFailure`` where the parameters cannot be right together.
    init(_ configuration: Configuration) throws

    /// Does the work once.
    ///
    /// A finding is a result: a damaged database ends `critical`. What keeps the plugin from looking at all is thrown,
    /// and ends `critical` too unless a ``TaskFailure`` says otherwise. Long work asks `Task.isCancelled` and ends soon
    /// after it is true, leaving nothing half-made.
    func run(in context: TaskContext) async throws -> TaskResult
}

/// How a task ended, in one line for people.
package struct TaskResult: Hashable, Sendable, Codable {
    package var outcome: Outcome
    package var summary: String
    /// What a person is to do, with the outcome `waiting`.
    package var awaits: AwaitedStep?

    package init(_ outcome: Outcome, _ summary: String, awaits: AwaitedStep? = nil) {
        self.outcome = outcome
        self.summary = summary
        self.awaits = awaits
    }
}

/// What kept a plugin from doing its work.
package struct TaskFailure: Error, Hashable, CustomStringConvertible {
    package var outcome: Outcome
    /// Where, what, and what to do.
    package var summary: String

    package init(_ outcome: Outcome, _ summary: String) {
        self.outcome = outcome
        self.summary = summary
    }

    /// A failure that ends the task critical: the work was due and was not done.
    package init(_ summary: String) { self.init(.critical, summary) }

    package var description: String { summary }
}
