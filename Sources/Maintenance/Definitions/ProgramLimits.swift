/// What the program of a plugin may use, and who it is, beside its time limit.
package struct ProgramLimits: Hashable, Sendable {
    /// The most address space that each of its processes may have.
    package var memory: ByteSize?
    /// The most processor time that each of its processes may use; whole seconds are counted.
    package var processorTime: TimeSpan?
    /// The name of the user it runs as; nil for whoever runs Ronde.
    package var user: String?

    package init(memory: ByteSize? = nil, processorTime: TimeSpan? = nil, user: String? = nil) {
        self.memory = memory
        self.processorTime = processorTime
        self.user = user
    }

    package static let none = ProgramLimits()
}
