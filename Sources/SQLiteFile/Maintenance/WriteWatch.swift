/// Watches how long one connection holds the lock that all writers of a database need, and can end what it does.
///
/// Used on the thread of its connection alone.
final class WriteWatch {
    /// How long others may be held up; nil for as long as it takes.
    var limit: Duration?
    /// Asked now and then once the limit has passed: whether there is anybody who could be waiting.
    var isAnybodyWaiting: () -> Bool = { true }
    /// Whether the limit has ended the work.
    private(set) var hasStopped = false
    /// The longest time for which the lock was held.
    private(set) var longest = Duration.zero

    private var heldSince: ContinuousClock.Instant?
    private var nextQuestion: ContinuousClock.Instant?
    /// What was answered last about those who wait, and until when that is believed.
    private var believed: (isAnybodyWaiting: Bool, until: ContinuousClock.Instant)?
    private var unsyncedBytes = 0

    /// A limit that counts is kept only if the sync at the end has little left to do.
    private static let mostUnsyncedBytes = 16 << 20

    func lockTaken() { if heldSince == nil { heldSince = .now } }

    func lockReleased() {
        guard let start = heldSince else { return }
        longest = max(longest, .now - start)
        heldSince = nil
    }

    /// Whether to end the work now; no longer true once it has ended, so that it can be rolled back.
    func isOverdue() -> Bool {
        guard !hasStopped, let limit, let start = heldSince else { return false }
        let now = ContinuousClock.now
        guard now - start > limit, now >= nextQuestion ?? now else { return false }
        nextQuestion = now + .seconds(1)
        hasStopped = isAnybodyWaiting()
        return hasStopped
    }

    /// Notes bytes that were written to a file of the database; true when it is time to sync, for those who wait.
    func wrote(_ count: Int) -> Bool {
        guard limit != nil, heldSince != nil, !hasStopped else { return false }
        unsyncedBytes += count
        guard unsyncedBytes >= Self.mostUnsyncedBytes else { return false }
        unsyncedBytes = 0
        // Where there is nobody to wait, waiting for the disk again and again would only make it last longer.
        let now = ContinuousClock.now
        if let believed, now < believed.until { return believed.isAnybodyWaiting }
        let answer = isAnybodyWaiting()
        believed = (answer, now + .seconds(1))
        return answer
    }
}
