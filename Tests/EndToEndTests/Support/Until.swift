/// Waits for a condition by asking, and not by sleeping for a guessed time.
///
/// - Throws: ``NeverCameTrue`` after the limit.
func until(
    _ what: String, atMost limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverCameTrue(what: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}

struct NeverCameTrue: Error { let what: String }
