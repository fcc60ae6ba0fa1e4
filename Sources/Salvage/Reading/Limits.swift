import SystemPackage

/// When work must end: its task was cancelled, or its deadline passed.
struct Limits {
    let path: FilePath
    let deadline: ContinuousClock.Instant?

    var reason: SalvageError.Kind? {
        if Task.isCancelled { return .cancelled }
        if let deadline, ContinuousClock.now >= deadline { return .deadlinePassed }
        return nil
    }

    func check() throws(SalvageError) {
        if let reason { throw SalvageError(reason, at: path) }
    }
}
