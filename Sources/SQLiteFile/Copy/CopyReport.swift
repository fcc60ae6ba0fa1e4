/// How to copy a live database.
package struct CopyOptions: Hashable, Sendable {
    /// Between two steps the task's cancellation, the deadline and the WAL are looked at.
    package var pagesPerStep: Int
    /// A rest between two steps, to leave the disk to the service.
    ///
    /// Not used with a rollback journal: writers wait for the whole copy then.
    package var pause: Duration
    /// The fastest pace of the copy in bytes a second; nil for as fast as it goes.
    ///
    /// Not with a rollback journal either.
    package var bytesPerSecond: Int?
    /// Whether to go in short steps, and to rest for twice as long as each took, while somebody else commits.
    package var yieldsToWriters: Bool
    /// Whether the copy is written through the system's page cache, for a reader that comes right after.
    ///
    /// Otherwise it goes past it to the device where the file system can do that, which takes less time and leaves
    /// the memory and the disk's queue to the service.
    package var keepsCopyInMemory: Bool
    /// The size of the WAL in bytes beyond which the rest is copied in one step, so that the WAL can be reset soon.
    package var walLimit: Int64?
    /// With a rollback journal: how long other connections' commits may be held up before the copy gives up.
    ///
    /// Most programs wait five seconds for a lock, and fail then.
    package var longestWriteBlock: Duration

    /// The defaults suit a database of some gigabytes.
    package init(
        pagesPerStep: Int = 1_024, pause: Duration = .zero, bytesPerSecond: Int? = nil,
        yieldsToWriters: Bool = true, keepsCopyInMemory: Bool = false, walLimit: Int64? = nil,
        longestWriteBlock: Duration = .seconds(4)
    ) {
        self.pagesPerStep = max(pagesPerStep, 1)
        self.pause = pause
        self.bytesPerSecond = bytesPerSecond.map { max($0, 1) }
        self.yieldsToWriters = yieldsToWriters
        self.keepsCopyInMemory = keepsCopyInMemory
        self.walLimit = walLimit
        self.longestWriteBlock = longestWriteBlock
    }
}

/// How far a copy has come.
package struct CopyProgress: Hashable, Sendable {
    /// How many pages are in the copy.
    package let copiedPages: Int
    /// How many pages the source has.
    package let totalPages: Int
    /// The size of the source's WAL in bytes.
    package let walBytes: Int64

    /// From 0 to 1.
    package var fraction: Double { totalPages == 0 ? 1 : Double(copiedPages) / Double(totalPages) }
}

/// What a finished copy was and cost.
package struct CopyReport: Hashable, Codable, Sendable {
    /// The pages of source and copy.
    package let pages: Int
    /// In bytes.
    package let pageSize: Int
    /// The size of the copy in bytes.
    package let bytes: Int64
    /// How often SQLite began anew because of a commit elsewhere: 0, unless SQLite changes its ways.
    package let restarts: Int
    /// From the creation of the file to its sync.
    package let duration: Duration
    /// The size of the source's WAL in bytes when the copy began.
    package let walBytesBefore: Int64
    /// The largest size seen between two steps.
    package let walBytesPeak: Int64
    /// The size when the copy had ended.
    package let walBytesAfter: Int64
    /// Whether the limit of the WAL was passed and the rest copied in one step.
    package let passedWALLimit: Bool
    /// As SQLite names it.
    package let sourceJournalMode: String
    /// In how many steps somebody else committed; only seen in WAL mode.
    package let stepsWithCommits: Int

    /// Whether others write so often that they would feel it if all processors were busy.
    package var isBusyDatabase: Bool { Double(stepsWithCommits) >= 5 * max(duration / .seconds(1), 1) }
}
