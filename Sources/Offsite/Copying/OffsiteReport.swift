/// What a run of copying did, set by set.
///
/// A failure here says nothing against the sets of this host.
package struct OffsiteReport: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var set: String
        /// Files and bytes that were uploaded now; both 0 where all was there.
        package var uploadedFiles: Int
        package var uploadedBytes: Int
        /// Why it is not whole at the destination; nil where it is.
        package var failure: OffsiteError?

        package var isThere: Bool { failure == nil }
    }

    /// The destination's name in the configuration.
    package var name: String
    /// In the order in which the sets were given.
    package var sets: [Entry] = []
    /// The names of the sets that were removed there.
    package var removed: [String] = []
    /// Why nothing, or less than asked, was removed; nil where all was.
    package var removalFailure: String?
    /// What the reader should know besides, a sentence each.
    package var notes: [String] = []
    /// Why nothing could be done at all.
    package var failure: OffsiteError?

    /// Whether every set is there and all that was to be removed is gone.
    package var isComplete: Bool { failure == nil && removalFailure == nil && sets.allSatisfy(\.isThere) }

    init(name: String) { self.name = name }
}
