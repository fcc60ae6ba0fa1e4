import Foundation

/// A wall clock for one process tree, which tests set; all other clocks go on as they are.
struct MovableClock: Sendable {
    private let library: String
    private let offsetFile: String
    private let start: Date
    private let begun = ContinuousClock.now

    /// Builds the shim into a folder with the system's C compiler.
    init(in folder: String, start: Date) async throws {
        library = folder + "/realtime_shim.so"
        offsetFile = folder + "/clock-offset"
        self.start = start
        let source = TestInstance.repository + "/Tests/EndToEndTests/Services/realtime_shim.c"
        let compiler = try Program(
            "/usr/bin/env", ["cc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread"], in: folder)
        let ending = try await compiler.wait()
        guard ending.status == 0 else { throw TestInstance.SetupFailure(reason: "cc: \(ending)") }
        try set(offset: 0)
    }

    /// Sets the clock of all its processes to so many seconds from where it would be by itself.
    func set(offset: Double) throws {
        // In place: the shim has the file open.
        let handle = FileHandle(forWritingAtPath: offsetFile)
        guard let handle else {
            try "0                   ".write(toFile: offsetFile, atomically: false, encoding: .utf8)
            return try set(offset: offset)
        }
        defer { try? handle.close() }
        let text = "\(Int(offset))"
        try handle.write(contentsOf: Data((text + String(repeating: " ", count: 20 - text.count)).utf8))
    }

    /// What the clock showed at its start, for processes that begin so long after it.
    func environment() -> [String: String] {
        let passed = begun.duration(to: .now)
        let now = start.timeIntervalSince1970 + Double(passed.components.seconds)
        return ["LD_PRELOAD": library, "FAKE_START": "\(Int(now))", "FAKE_OFFSET_FILE": offsetFile]
    }
}
